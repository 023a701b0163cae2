"""Invoices on paper: the sheet that holds every word of a page, and the one door to WeasyPrint."""
