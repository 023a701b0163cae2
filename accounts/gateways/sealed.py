"""Secrets we must be able to read again, encrypted under a key derived from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


def seal(text: str, *, purpose: str) -> str:
    """Encrypted with SECRET_KEY; what was sealed for one purpose opens for no other."""
    return box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """
    The text; also what was sealed under one of SECRET_KEY_FALLBACKS.

    :raises cryptography.fernet.InvalidToken: if none of the keys opens it
    """
    return box(purpose).decrypt(sealed.encode()).decode()


def box(purpose: str) -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(key_from(secret, purpose)) for secret in keys])


def key_from(secret: str | bytes, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return base64.urlsafe_b64encode(derived.derive(force_bytes(secret)))
