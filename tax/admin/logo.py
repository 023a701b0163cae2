"""A logo as it is uploaded: a small PNG, looked at before it is kept."""

from base64 import b64decode, b64encode
from struct import unpack

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString

MOST_BYTES = 64 * 1024
MOST_PIXELS = 2000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_BYTES = 24
END_CHUNK = b"IEND\xaeB`\x82"


def checked_png(file: UploadedFile) -> str:
    """
    The picture as base64.

    :raises ValidationError: naming what is wrong with it
    """
    if (file.size or 0) > MOST_BYTES:
        raise forms.ValidationError("The logo is larger than 64 KB. Save it smaller.")
    picture = file.read()
    is_whole = picture.startswith(SIGNATURE) and picture.endswith(END_CHUNK)
    if not is_whole or picture[12:16] != b"IHDR":
        raise forms.ValidationError("The logo is no whole PNG. Save it as PNG and try again.")
    width, height = unpack(">II", picture[16:HEADER_BYTES])
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise forms.ValidationError(f"The logo may be {MOST_PIXELS} pixels wide and high at most.")
    return b64encode(picture).decode("ascii")


def shown(logo_png: str, *, alt: str) -> SafeString:
    """The stored picture on the page, without a file."""
    if not logo_png:
        return format_html("{}", "No logo yet: invoices show the name.")
    size = len(b64decode(logo_png)) / 1024
    return format_html(
        '<img src="data:image/png;base64,{}" alt="{}" class="dk-logo"> <span>{} KB</span>',
        logo_png,
        alt,
        f"{size:.1f}",
    )
