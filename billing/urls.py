"""Addresses of the API, below /api/v1/."""

from django.urls import path

from billing.api.changes import EntitlementChanges
from billing.api.credit_notes import CreditNotes
from billing.api.customers import CustomerByName, Customers
from billing.api.document import OpenApiDocument
from billing.api.entitlements import EntitlementCheck, Entitlements
from billing.api.entitlements_usage import Usage, UsageBatch
from billing.api.events import EntitlementEventBatch, EntitlementEvents
from billing.api.exceptions import ExceptionRequestByNumber, ExceptionRequests
from billing.api.invoices import (
    InvoiceBreakdown,
    InvoiceByNumber,
    InvoicePdf,
    Invoices,
    InvoiceUbl,
    InvoiceXml,
)
from billing.api.members import ActiveMembers, ActiveMembersBatch
from billing.api.payments import CheckoutSessions, PaymentMethods, SetupIntents
from billing.api.preview import SubscriptionPreview
from billing.api.sandbox import SandboxClock
from billing.api.statement import CustomerStatementView
from billing.api.subscriptions import Subscriptions
from billing.api.subscriptions_read import SubscriptionById
from billing.api.trace import EntitlementEventTrace, InvoiceLineTrace
from billing.api.webhook_deliveries import WebhookDeliveries, WebhookReplays, WebhookTests
from billing.api.webhook_endpoints import WebhookEndpointById, WebhookEndpoints, WebhookSecrets

app_name = "api"
urlpatterns = [
    path("entitlements", Entitlements.as_view(), name="entitlements"),
    path("entitlements/check", EntitlementCheck.as_view(), name="entitlement_check"),
    path("usage", Usage.as_view(), name="usage"),
    path("usage/batch", UsageBatch.as_view(), name="usage_batch"),
    path("entitlements/changes", EntitlementChanges.as_view(), name="entitlement_changes"),
    path("entitlement-events", EntitlementEvents.as_view(), name="entitlement_events"),
    path(
        "entitlement-events/batch", EntitlementEventBatch.as_view(), name="entitlement_event_batch"
    ),
    path(
        "entitlement-events/<uuid:event_id>/trace",
        EntitlementEventTrace.as_view(),
        name="entitlement_event_trace",
    ),
    path("customers", Customers.as_view(), name="customers"),
    path("customers/<str:customer>", CustomerByName.as_view(), name="customer"),
    path(
        "customers/<str:customer>/statement",
        CustomerStatementView.as_view(),
        name="customer_statement",
    ),
    path(
        "customers/<str:customer>/payment-methods",
        PaymentMethods.as_view(),
        name="payment_methods",
    ),
    path("customers/<str:customer>/setup-intents", SetupIntents.as_view(), name="setup_intents"),
    path(
        "customers/<str:customer>/checkout-sessions",
        CheckoutSessions.as_view(),
        name="checkout_sessions",
    ),
    path("subscriptions", Subscriptions.as_view(), name="subscriptions"),
    path("subscriptions/<str:subscription>", SubscriptionById.as_view(), name="subscription"),
    path(
        "subscriptions/<str:subscription>/active-members",
        ActiveMembers.as_view(),
        name="active_members",
    ),
    path("active-members/batch", ActiveMembersBatch.as_view(), name="active_members_batch"),
    path(
        "subscriptions/<str:subscription>/preview",
        SubscriptionPreview.as_view(),
        name="subscription_preview",
    ),
    path("invoices", Invoices.as_view(), name="invoices"),
    path("invoices/<str:number>", InvoiceByNumber.as_view(), name="invoice"),
    path("invoices/<str:number>/breakdown", InvoiceBreakdown.as_view(), name="invoice_breakdown"),
    path("invoices/<str:number>/pdf", InvoicePdf.as_view(), name="invoice_pdf"),
    path("invoices/<str:number>/xml", InvoiceXml.as_view(), name="invoice_xml"),
    path("invoices/<str:number>/ubl", InvoiceUbl.as_view(), name="invoice_ubl"),
    path("invoices/<str:number>/credit-notes", CreditNotes.as_view(), name="credit_notes"),
    path(
        "invoices/<str:number>/lines/<int:position>/trace",
        InvoiceLineTrace.as_view(),
        name="invoice_line_trace",
    ),
    path("exception-requests", ExceptionRequests.as_view(), name="exception_requests"),
    path(
        "exception-requests/<str:number>",
        ExceptionRequestByNumber.as_view(),
        name="exception_request",
    ),
    path("webhook-endpoints", WebhookEndpoints.as_view(), name="webhook_endpoints"),
    path(
        "webhook-endpoints/<uuid:endpoint_id>",
        WebhookEndpointById.as_view(),
        name="webhook_endpoint",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/secrets",
        WebhookSecrets.as_view(),
        name="webhook_secrets",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/tests", WebhookTests.as_view(), name="webhook_tests"
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/replays",
        WebhookReplays.as_view(),
        name="webhook_replays",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries",
        WebhookDeliveries.as_view(),
        name="webhook_deliveries",
    ),
    path("sandbox/clock", SandboxClock.as_view(), name="sandbox_clock"),
    path("openapi", OpenApiDocument.as_view(), name="openapi"),
]
