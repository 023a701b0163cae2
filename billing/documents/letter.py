"""The letters of billing: about invoices, credit notes and invitations."""

from collections.abc import Mapping

from accounts.documents.letter import Letter, letter_language
from accounts.documents.letter import write_letter as write_letter_of

__all__ = ["Letter", "letter_language", "write_letter"]


def write_letter(kind: str, *, language: str, words: Mapping[str, object]) -> Letter:
    """The words stand in `templates/billing/mail/<language>/<kind>.txt`."""
    return write_letter_of(kind, folder="billing/mail", language=language, words=words)
