"""The authority matrix as people read it, its versions, and what a change would say differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts.enums import ExceptionKind, StaffRole
from accounts.models import AuthorityMatrix, AuthorityRule
from billing.documents.staff_text import money_decimal, staff_money
from desk.calc.authority_changes import RuleChange, in_order, rule_changes

KIND_WORDS = dict(ExceptionKind.choices)
ROLE_WORDS = dict(StaffRole.choices)
FIELDS = (
    "kind", "currency", "up_to_minor", "approvers", "role", "stand_in", "target_hours",
    "needs_step_up",
)  # fmt: skip
DEFAULT_CURRENCY = "EUR"  # two decimals, as rules of every other currency are written


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule in words."""

    limit: str
    who: str
    stand_in: str
    target: str
    step_up: str


@dataclass(frozen=True, slots=True)
class KindRules:
    """The rules of one kind, grouped by their words: currencies with equal limits share a row."""

    kind: str
    words: str
    rows: tuple[RuleWords, ...]


@dataclass(frozen=True, slots=True)
class MatrixVersion:
    version: int
    since: datetime
    request: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One rule before and after, in words; empty where it is new or gone."""

    kind: str
    limit: str
    before: str
    after: str


def shared_rows(rules: Sequence[Mapping[str, Any]]) -> tuple[RuleWords, ...]:
    """Rules that differ by currency and limit alone share a row, smallest limits first."""
    rows: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in sorted(
        rules, key=lambda rule: (rule["up_to_minor"] is None, rule["currency"] == "")
    ):
        said = rule_words(one)
        rows.setdefault((said.who, said.stand_in, said.target, said.step_up), []).append(one)
    return tuple(
        replace(rule_words(alike[0]), limit=limits_words(alike, is_only=len(rows) == 1))
        for alike in rows.values()
    )


def limits_words(alike: Sequence[Mapping[str, Any]], *, is_only: bool) -> str:
    """Such as "up to €250.00, US$250.00"; without limit in all currencies, one phrase says it."""
    if all(one["up_to_minor"] is None for one in alike):
        others = any(not one["currency"] for one in alike)
        named = ", ".join(one["currency"] for one in alike if one["currency"])
        return (
            ("any amount" if is_only else "anything above") if others else f"any amount in {named}"
        )
    words = [limit_words(one["currency"], one["up_to_minor"]) for one in alike]
    return ", ".join([words[0], *(word.removeprefix("up to ") for word in words[1:])])


def limit_words(currency: str, up_to_minor: int | None) -> str:
    """Such as "up to €250.00", "any amount in EUR", "any amount"."""
    if up_to_minor is None:
        return f"any amount in {currency}" if currency else "any amount"
    if currency:
        return f"up to {staff_money(up_to_minor, currency)}"
    return f"up to {money_decimal(up_to_minor, DEFAULT_CURRENCY)} of other currencies"


def who_words(approvers: int, role: str) -> str:
    name = str(ROLE_WORDS.get(StaffRole(role), role)).lower()
    article = "an" if name[0] in "aeiou" else "a"
    if approvers == 0:
        return f"{article} {name} alone"
    return f"one {name}" if approvers == 1 else f"two of role {name}"


def rule_words(rule: Mapping[str, Any]) -> RuleWords:
    return RuleWords(
        limit=limit_words(rule["currency"], rule["up_to_minor"]),
        who=who_words(rule["approvers"], rule["role"]).capitalize(),
        stand_in=str(ROLE_WORDS[StaffRole(rule["stand_in"])]) if rule["stand_in"] else "",
        target=f"{rule['target_hours']} hours",
        step_up="signs in again" if rule["needs_step_up"] else "",
    )


def sentence(rule: Mapping[str, Any] | None) -> str:
    """A rule in one line; empty for none."""
    if rule is None:
        return ""
    said = rule_words(rule)
    late = f", then {said.stand_in.lower()}" if said.stand_in else ""
    again = f", {said.step_up}" if said.step_up else ""
    return f"{said.who} within {said.target}{late}{again}"


def newest_matrix() -> AuthorityMatrix:
    return AuthorityMatrix.objects.order_by("-version")[0]


def rules_as_terms(matrix: AuthorityMatrix) -> list[dict[str, Any]]:
    """The rules as a change of the matrix spells them, in reading order."""
    rows = list(AuthorityRule.objects.filter(matrix=matrix).values(*FIELDS))
    return sorted(
        rows, key=lambda one: in_order((one["kind"], one["currency"], one["up_to_minor"]))
    )


def matrix_by_kind(matrix: AuthorityMatrix) -> tuple[KindRules, ...]:
    """Kinds in the order people know them."""
    rules = rules_as_terms(matrix)
    return tuple(
        KindRules(
            kind=kind,
            words=words,
            rows=shared_rows([one for one in rules if one["kind"] == kind]),
        )
        for kind, words in ExceptionKind.choices
    )


def matrix_versions() -> tuple[MatrixVersion, ...]:
    rows = AuthorityMatrix.objects.select_related("request__asked_by").order_by("-version")
    return tuple(
        MatrixVersion(
            version=row.version,
            since=row.since,
            request=row.request.number if row.request else "",
            asked_by=row.request.asked_by.get_username()
            if row.request and row.request.asked_by
            else "",
        )
        for row in rows
    )


def changes_of(rules: Sequence[Mapping[str, Any]], matrix: AuthorityMatrix) -> list[ChangeWords]:
    """What a proposed matrix says differently from one in force."""
    changes = rule_changes(before=rules_as_terms(matrix), after=rules)
    return [change_words(one) for one in changes]


def change_words(change: RuleChange) -> ChangeWords:
    rule = change.after or change.before or {}
    return ChangeWords(
        kind=str(KIND_WORDS[change.kind]),
        limit=limit_words(rule["currency"], rule["up_to_minor"]),
        before=sentence(change.before),
        after=sentence(change.after),
    )
