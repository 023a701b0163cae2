"""Addresses of the desk."""

from django.urls import path, register_converter

from desk.views import (
    customers,
    events,
    flow,
    invoice_files,
    invoices,
    preview,
    runs,
    tax_evidence,
    tax_facts,
    tax_holds,
    tax_markets,
    tax_registrations,
    tax_returns,
    tax_thresholds,
)
from desk.views.filters import DayConverter

register_converter(DayConverter, "day")

RETURN = "tax/registrations/<uuid:registration_id>/<slug:kind>/<day:first>"

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
    path("customers/<uuid:customer_id>/tax/answer/", tax_evidence.answer, name="tax_answer"),
    path("customers/<uuid:customer_id>/tax/evidence/", tax_evidence.evidence, name="tax_evidence"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices.csv", invoices.invoices_csv, name="invoices_csv"),
    path("invoices/<str:key>/", invoices.invoice, name="invoice"),
    path("invoices/<uuid:invoice_id>/document.pdf", invoices.document, name="document"),
    path("invoices/<uuid:invoice_id>/document.xml", invoice_files.xml, name="document_xml"),
    path("invoices/<uuid:invoice_id>/document.ubl.xml", invoice_files.ubl, name="document_ubl"),
    path("lines/<uuid:line_id>/", invoices.line, name="line"),
    path("preview/", preview.preview, name="preview"),
    path("tax/registrations/", tax_registrations.registrations, name="tax_registrations"),
    path("tax/returns/", tax_returns.returns, name="tax_returns"),
    path(
        "tax/registrations/<uuid:registration_id>/",
        tax_returns.registration,
        name="tax_registration",
    ),
    path(f"{RETURN}/", tax_returns.tax_return, name="tax_return"),
    path(f"{RETURN}.csv", tax_returns.tax_return_csv, name="tax_return_csv"),
    path(f"{RETURN}/file/", tax_returns.file, name="tax_return_file"),
    path("tax/markets/", tax_markets.markets, name="tax_markets"),
    path("tax/markets/<uuid:checklist_id>/", tax_markets.market, name="tax_market"),
    path("tax/markets/<uuid:checklist_id>/sign/", tax_markets.sign, name="tax_market_sign"),
    path("tax/markets/<uuid:checklist_id>/revoke/", tax_markets.revoke, name="tax_market_revoke"),
    path("tax/holds/", tax_holds.holds, name="tax_holds"),
    path("tax/holds.csv", tax_holds.holds_csv, name="tax_holds_csv"),
    path("tax/holds/<uuid:hold_id>/assign/", tax_holds.assign, name="tax_hold_assign"),
    path(
        "tax/sellers/<uuid:entity_id>/market-of/<uuid:customer_id>/",
        tax_markets.market_of,
        name="tax_market_of",
    ),
    path("tax/thresholds/", tax_thresholds.thresholds, name="tax_thresholds"),
    path("tax/facts/", tax_facts.facts, name="tax_facts"),
    path("events/<uuid:event_id>/", events.event, name="event"),
]
