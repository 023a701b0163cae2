"""Doors of billing that are neither the API nor the desk."""
