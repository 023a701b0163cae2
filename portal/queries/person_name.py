"""What a person who signs in is called."""

from typing import Any


def name_of(user: Any) -> str:
    """The full name, else the name they sign in with."""
    return str(user.get_full_name() or user.get_username())
