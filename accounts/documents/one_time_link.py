"""Tokens of links that work once: made at random, recognized by their digest."""

import secrets
from hashlib import sha256

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of_token(token: str) -> str:
    """What is kept of a token: SHA-256, in hexadecimal digits."""
    return sha256(token.encode()).hexdigest()
