"""Addresses of the desk."""

from django.urls import path

from desk.views import customers, events, flow, invoices, preview, runs

app_name = "desk"
urlpatterns = [
    path("", flow.home, name="home"),
    path("flow/", flow.flow, name="flow"),
    path("flow/retry/", flow.retry, name="retry"),
    path("flow/subjects/<slug:stage>/<uuid:subject_id>/", flow.subject, name="subject"),
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.start, name="start_run"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/retry/", runs.retry_run, name="retry_run"),
    path("customers/", customers.customers, name="customers"),
    path("customers.csv", customers.customers_csv, name="customers_csv"),
    path("customers/<uuid:customer_id>/", customers.customer, name="customer"),
    path("customers/<uuid:customer_id>/ledger/", customers.ledger, name="ledger"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices.csv", invoices.invoices_csv, name="invoices_csv"),
    path("invoices/<str:key>/", invoices.invoice, name="invoice"),
    path("invoices/<uuid:invoice_id>/document.pdf", invoices.document, name="document"),
    path("lines/<uuid:line_id>/", invoices.line, name="line"),
    path("preview/", preview.preview, name="preview"),
    path("events/<uuid:event_id>/", events.event, name="event"),
]
