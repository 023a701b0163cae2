"""Addresses of billing, below /portal/c/<customer>/billing/."""

from django.urls import path

from portal.views import billing_invoices, billing_papers

PATHS = [
    path("invoices/", billing_invoices.invoices, name="billing_invoices"),
    path("invoices.csv", billing_invoices.invoices_csv, name="billing_invoices_csv"),
    path("invoices/<uuid:invoice_id>/", billing_invoices.invoice, name="billing_invoice"),
    path(
        "invoices/<uuid:invoice_id>/lines/<int:position>/",
        billing_invoices.line,
        name="billing_line",
    ),
    path("invoices/<uuid:invoice_id>/pdf/", billing_papers.pdf, name="billing_pdf"),
    path("invoices/<uuid:invoice_id>/xml/", billing_papers.xml, name="billing_xml"),
    path("invoices/<uuid:invoice_id>/ubl/", billing_papers.ubl, name="billing_ubl"),
]
