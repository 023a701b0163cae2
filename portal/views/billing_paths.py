"""Addresses of billing, below /portal/c/<customer>/billing/."""

from django.urls import path

from portal.views import (
    billing,
    billing_departments,
    billing_details,
    billing_invoices,
    billing_methods,
    billing_next,
    billing_papers,
    billing_pay,
    billing_policy,
    billing_recipients,
    billing_seats,
    billing_statement,
)

METHOD, RECIPIENT = "methods/<uuid:method_id>/", "recipients/<uuid:recipient_id>/"
INVOICE = "invoices/<uuid:invoice_id>/"
PATHS = [
    path("", billing.overview, name="billing"),
    path("invoices/", billing_invoices.invoices, name="billing_invoices"),
    path("invoices.csv", billing_invoices.invoices_csv, name="billing_invoices_csv"),
    path(INVOICE, billing_invoices.invoice, name="billing_invoice"),
    path(f"{INVOICE}lines/<int:position>/", billing_invoices.line, name="billing_line"),
    path(f"{INVOICE}pdf/", billing_papers.pdf, name="billing_pdf"),
    path(f"{INVOICE}xml/", billing_papers.xml, name="billing_xml"),
    path(f"{INVOICE}ubl/", billing_papers.ubl, name="billing_ubl"),
    path(f"{INVOICE}departments/", billing_departments.departments, name="billing_departments"),
    path(
        f"{INVOICE}departments.csv",
        billing_departments.departments_csv,
        name="billing_departments_csv",
    ),
    path("next/", billing_next.upcoming, name="billing_next"),
    path("statement/", billing_statement.statement, name="billing_statement"),
    path("statement.csv", billing_statement.statement_csv, name="billing_statement_csv"),
    path("statement.pdf", billing_statement.statement_pdf, name="billing_statement_pdf"),
    path("pay/", billing_pay.pay, name="billing_pay"),
    path("methods/", billing_methods.methods, name="billing_methods"),
    path("methods/add/", billing_methods.add, name="billing_method_add"),
    path(f"{METHOD}default/", billing_methods.make_default, name="billing_method_default"),
    path(f"{METHOD}remove/", billing_methods.remove, name="billing_method_remove"),
    path("details/", billing_details.details, name="billing_details"),
    path("recipients/", billing_recipients.recipients, name="billing_recipients"),
    path(f"{RECIPIENT}remove/", billing_recipients.remove, name="billing_recipient_remove"),
    path("seats/", billing_seats.seats, name="billing_seats"),
    path("policy/", billing_policy.policy, name="billing_policy"),
]
