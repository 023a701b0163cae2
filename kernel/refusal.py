"""An expected no: what a caller may be told, never a bug."""

from typing import ClassVar


class Refusal(Exception):
    """
    Subclasses set `code`, stable for machines; `str()` is the sentence for people.

    The sentence says what was refused and what to do instead.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
