"""Addresses of the API, below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from billing.api.customers import Customers
from billing.api.events import EntitlementEventBatch, EntitlementEvents
from billing.api.subscriptions import Subscriptions

app_name = "api"
urlpatterns = [
    path("entitlement-events", EntitlementEvents.as_view(), name="entitlement_events"),
    path(
        "entitlement-events/batch", EntitlementEventBatch.as_view(), name="entitlement_event_batch"
    ),
    path("customers", Customers.as_view(), name="customers"),
    path("subscriptions", Subscriptions.as_view(), name="subscriptions"),
    path("openapi", SpectacularAPIView.as_view(permission_classes=[]), name="openapi"),
]
