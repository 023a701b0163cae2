"""Every door of the product."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views.sign_in.pages import admin_login, root
from billing.api.docs_page import docs_page
from billing.views import webhooks
from config import failures
from config.health import healthz, readyz
from config.metrics import metrics
from config.well_known import security_txt
from desk.api.packets import InvoicePacket

to_new_password = RedirectView.as_view(pattern_name="account_change_password")

handler400 = failures.bad_request
handler403 = failures.not_allowed
handler404 = failures.not_found
handler500 = failures.server_error
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("", root, name="root"),
    path("admin/login/", admin_login, name="admin_to_sign_in"),
    path("admin/logout/", account.logout, name="admin_to_sign_out"),
    path("admin/password_change/", to_new_password, name="admin_to_new_password"),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("desk/", include("desk.urls")),
    path("api/docs/", docs_page, name="api_docs"),
    path("api/v1/", include("billing.urls")),
    path("api/v1/invoices/<str:number>/packet", InvoicePacket.as_view(), name="invoice_packet"),
    path("pay/", include("dunning.urls")),
    path("scim/v2/", include("billing.api.scim.urls")),
    path("portal/", include("portal.urls")),
    path("webhooks/stripe", webhooks.stripe, name="webhooks_stripe"),
]
