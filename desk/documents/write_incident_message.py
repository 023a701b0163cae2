"""What a customer reads about an incident, in their language: one text for each playbook."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from desk.enums import PlaybookCode

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class IncidentLetter:
    """`invoices` are the numbers it is about; `amount` what is given back, in words, where known."""

    customer_name: str
    seller_name: str
    invoices: tuple[str, ...]
    amount: str


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message as it will be sent."""

    language: str
    subject: str
    text: str
    html: str


def write_incident_message(
    *, playbook: PlaybookCode, language: str, letter: IncidentLetter
) -> WrittenMessage:
    """
    A language without texts reads English.

    The words stand in `templates/desk/incident_mail/<language>/<playbook>.txt`: subject, an empty
    line, paragraphs.
    """
    code = language.replace("_", "-").split("-")[0].lower()
    code = code if code in LANGUAGES else "en"
    raw = render_to_string(f"desk/incident_mail/{code}/{playbook}.txt", {"letter": letter})
    subject, _, body = raw.strip().partition("\n")
    paragraphs = [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]
    shown = {"paragraphs": paragraphs, "subject": subject, "language": code}
    return WrittenMessage(
        language=code,
        subject=" ".join(subject.split())[:300],
        text="\n\n".join(paragraphs) + "\n",
        html=render_to_string("desk/incident_mail/message.html", shown),
    )
