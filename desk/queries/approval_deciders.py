"""Who may decide a request now and why, and what the person who looks at it may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from accounts.calc.authority import Asked, check_decider
from accounts.enums import ExceptionState, StaffRole, Verdict
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import asked_record
from accounts.queries.authority import roles_of
from kernel.refusal import Refusal

ROLE_WORDS = dict(StaffRole.choices)


@dataclass(frozen=True, slots=True)
class Decider:
    """A person who may decide now, and by what."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Permitted:
    """
    What the person may do. `why_not` says why they may not decide, empty if they may.

    `needs_step_up`: to approve they prove again who they are.
    """

    may_decide: bool
    why_not: str
    may_escalate: bool
    may_take_back: bool
    may_ask_again: bool
    may_revoke: bool
    needs_step_up: bool


def deciders_now(asked: ExceptionRequest, *, at: datetime) -> tuple[Decider, ...]:
    """Everybody who may decide it now, by name. Two queries."""
    facts = asked_record(asked)
    rule = facts.rule
    is_late = facts.escalated or at >= facts.target_at
    roles = [rule.role, *([rule.stand_in] if is_late and rule.stand_in else [])]
    people = User.objects.filter(is_active=True, is_staff=True, groups__name__in=roles)
    rows = people.prefetch_related("groups").distinct().order_by("username")
    found = []
    for person in rows:
        held = {group.name for group in person.groups.all()}
        if may(facts, person, held, at=at):
            found.append(Decider(person.get_username(), why_words(rule.role, held, facts)))
    return tuple(found)


def may(facts: Asked, person: User, roles: set[str], *, at: datetime) -> bool:
    try:
        check_decider(facts, by=str(person.pk), roles=roles, at=at)
    except Refusal:
        return False
    return True


def why_words(role: str, held: set[str], facts: Asked) -> str:
    if role in held:
        return role_words(role)
    because = "it was escalated" if facts.escalated else "its target time has passed"
    return f"{role_words(facts.rule.stand_in)}, standing in because {because}"


def role_words(role: str) -> str:
    return str(ROLE_WORDS.get(StaffRole(role), role)).lower()


def rule_sentence(asked: ExceptionRequest) -> str:
    """What the matrix says about this request."""
    rule = asked.rule
    many = {
        0: f"{article(role_words(rule.role))} may do it alone; asked all the same, one more agrees",
        1: f"one {role_words(rule.role)} agrees",
        2: f"two people of role {role_words(rule.role)} agree",
    }[rule.approvers]
    late = (
        f"; {role_words(rule.stand_in)} stands in once it is late or escalated"
        if rule.stand_in
        else ""
    )
    again = "; who approves signs in again" if rule.needs_step_up else ""
    return f"{many[0].upper()}{many[1:]}{late}{again}."


def article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def permitted(asked: ExceptionRequest, person: User, *, at: datetime) -> Permitted:
    """Three queries."""
    roles = roles_of(person)
    waits = asked.state == ExceptionState.REQUESTED
    why_not = why_not_decide(asked, person, roles, at=at) if waits else "It is not waiting."
    is_asker = asked.asked_by_id == person.pk
    by_rule = bool({asked.rule.role, asked.rule.stand_in} & roles)
    can_ask = is_asker or (asked.asked_by_id is None and by_rule)
    return Permitted(
        may_decide=waits and not why_not,
        why_not=why_not,
        may_escalate=waits and (is_asker or by_rule) and asked.escalated_at is None,
        may_take_back=asked.state in (ExceptionState.REQUESTED, ExceptionState.SENT_BACK)
        and can_ask,
        may_ask_again=asked.state == ExceptionState.SENT_BACK and can_ask,
        may_revoke=asked.state == ExceptionState.APPROVED and by_rule,
        needs_step_up=asked.rule.needs_step_up,
    )


def why_not_decide(
    asked: ExceptionRequest, person: User, roles: Sequence[str] | set[str], *, at: datetime
) -> str:
    try:
        check_decider(asked_record(asked), by=str(person.pk), roles=set(roles), at=at)
    except Refusal as refusal:
        return refusal.message
    return ""


VERDICT_WORDS: dict[str, str] = {
    Verdict.APPROVE: "approved it",
    Verdict.REJECT: "rejected it",
    Verdict.SEND_BACK: "sent it back",
    Verdict.ESCALATE: "escalated it",
    Verdict.RESUBMIT: "asked again",
    Verdict.WITHDRAW: "withdrew it",
    Verdict.REVOKE: "revoked it",
    Verdict.EXPIRE: "let it expire undecided",
}
