"""Passwords made of the words everybody here knows are guessed first."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

WORDS = ("seatledger", "seat-ledger", "billing", "invoice", "finance", "password", "passwort")
MOST_OF_IT = 0.5  # a long passphrase may contain such a word


class OwnWordsValidator:
    """Refuses a password when the words of this place are half of it or more."""

    def __init__(self, words: Sequence[str] = WORDS) -> None:
        host = urlsplit(settings.BASE_URL).hostname or ""
        self.words = [*words, *(part for part in host.split(".") if len(part) > 3)]

    def validate(self, password: str, user: object = None) -> None:
        plain = password.lower()
        known = sum(len(word) * plain.count(word) for word in self.words)
        if known >= MOST_OF_IT * len(plain):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        return "Choose words that have nothing to do with this application or company."
