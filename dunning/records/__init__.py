"""Rows turned into what documents and pages are made of."""
