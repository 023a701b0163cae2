"""Ask for an exception: the subject is found and measured, then the request is stored with its files."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction

from accounts.calc.exception_terms import NEEDS, checked_terms
from accounts.calc.refusals import TermsInvalid
from accounts.models import ApiClient, ExceptionRequest
from accounts.operations.discuss_exception import (
    attach_to_exception,
    check_attachment,
)
from accounts.operations.publish_authority import checked_rules
from accounts.operations.request_exception import Asking, request_exception
from billing.operations.size_exception import Question, size_up


@transaction.atomic
def ask_exception(
    *,
    kind: str,
    subject: str,
    terms: dict[str, Any],
    reason: str,
    customer_text: str = "",
    team: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    margin_percent: Decimal | None = None,
    support_burden: str = "",
    uploads: Sequence["File[bytes]"] = (),
    by: User | None = None,
    client: ApiClient | None = None,
    at: datetime,
) -> ExceptionRequest:
    """
    One door for people and machines alike.

    :raises ExceptionUnknown: if the subject is not known
    :raises TermsInvalid: naming the field that is missing or cannot be
    :raises ReasonMissing: without a reason
    :raises NobodyMayAgree: if the matrix has no rule for it
    """
    question = Question(
        kind=kind, subject=subject, terms=terms, starts_on=starts_on, ends_on=ends_on,
        margin_percent=margin_percent, support_burden=support_burden,
    )  # fmt: skip
    asking = asking_of(
        question, reason=reason, customer_text=customer_text, team=team, files=len(uploads), at=at
    )
    for upload in uploads:
        check_attachment(upload)
    asked = request_exception(asking=asking, by=by, client=client, at=at)
    for upload in uploads:
        attach_to_exception(asked=asked, upload=upload, by=by, at=at)
    return asked


def asking_of(
    question: Question,
    *,
    reason: str,
    at: datetime,
    customer_text: str = "",
    team: str = "",
    files: int = 0,
) -> Asking:
    """
    The request as it would be stored.

    :raises TermsInvalid: ExceptionUnknown likewise
    """
    if question.kind not in NEEDS:
        raise TermsInvalid("kind", f"give one of {', '.join(NEEDS)}")
    terms = checked_terms(question.kind, question.terms)
    if question.kind == "authority_change":
        terms = {"rules": checked_rules(terms["rules"])}
    sized = size_up(question, at=at)
    return Asking(
        kind=question.kind,
        terms=terms,
        reason=reason,
        customer=sized.customer,
        subject_kind=NEEDS[question.kind].subject,
        subject_id=sized.subject_id,
        currency=sized.currency,
        amount_minor=sized.amount_minor,
        customer_text=customer_text,
        team=team,
        package=sized.package,
        seller_code=sized.seller_code,
        starts_on=question.starts_on,
        ends_on=question.ends_on,
        economics=sized.economics,
        attachments=files,
    )
