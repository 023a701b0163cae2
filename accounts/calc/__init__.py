"""Decisions of accounts that need no database."""
