"""A short letter by e-mail: subject, plain text and HTML from the same paragraphs of a template."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it will be sent."""

    language: str
    subject: str
    text: str
    html: str


def letter_language(wanted: str) -> str:
    """The language the letter is written in; others read English."""
    code = wanted.replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else "en"


def write_letter(kind: str, *, folder: str, language: str, words: Mapping[str, object]) -> Letter:
    """
    The words stand in `templates/<folder>/<language>/<kind>.txt`: the subject, an empty line
    and paragraphs. A paragraph that is the `link` of the words becomes one to follow.
    """
    code = letter_language(language)
    raw = render_to_string(f"{folder}/{code}/{kind}.txt", dict(words))
    subject, _, body = raw.strip().partition("\n")
    paragraphs = [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]
    shown = {
        "language": code,
        "subject": subject,
        "paragraphs": paragraphs,
        "link": words.get("link"),
    }
    return Letter(
        language=code,
        subject=" ".join(subject.split())[:300],
        text="\n\n".join(paragraphs) + "\n",
        html=render_to_string("mail/letter.html", shown),
    )
