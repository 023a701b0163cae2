"""Every door of the product."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from billing.views import webhooks

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk:home"), name="root"),
    path("admin/", admin.site.urls),
    path("desk/", include("desk.urls")),
    path("api/v1/", include("billing.urls")),
    path("pay/", include("dunning.urls")),
    path("webhooks/stripe", webhooks.stripe, name="webhooks_stripe"),
]
