"""Invoices as data: EN 16931 as CII inside the PDF and as UBL on demand, validated before anybody sees it."""
