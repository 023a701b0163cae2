"""Doors that move money: within one's own authority it is done, beyond it the same form asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import ExceptionRequest
from accounts.queries.authority import acts_alone
from billing.operations.ask_exception import ask_exception
from desk.views.page import note_in_log


def asked_instead(
    person: User,
    *,
    kind: str,
    subject: str,
    terms: Mapping[str, Any],
    currency: str,
    amount_minor: int,
    reason: str,
    at: datetime,
    customer_text: str = "",
) -> tuple[ExceptionRequest, str] | None:
    """
    None when the person may do it alone; else the request that asks for it, and the words to say so.

    `amount_minor` in minor units of `currency` is what the matrix measures.

    :raises NobodyMayAgree: if the matrix has no rule for so much; what ask_exception raises
    """
    if acts_alone(kind=kind, currency=currency, amount_minor=amount_minor, person=person):
        return None
    asked = ask_exception(
        kind=kind, subject=subject, terms=dict(terms), reason=reason,
        customer_text=customer_text, by=person, at=at,
    )  # fmt: skip
    words = (
        f"This is beyond what you may do alone, so {asked.number} asks for it and waits for "
        "somebody else's decision. Nothing was done yet."
    )
    return asked, words


def tell_asked(request: HttpRequest, asked: ExceptionRequest, words: str) -> str:
    """Note the request in the log, say so, and name its page."""
    note_in_log(request, [asked], action_flag=ADDITION, message=f"Asked for: {asked.reason}"[:300])
    messages.success(request, words)
    return reverse("desk:approval", args=[asked.number])
