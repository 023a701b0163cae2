"""Two versions of the authority matrix beside each other: what appears, goes, or reads differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RuleTerms = Mapping[str, Any]
Key = tuple[str, str, int | None]
COMPARED = ("approvers", "role", "stand_in", "target_hours", "needs_step_up")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule before and after; None where it is new or gone."""

    before: RuleTerms | None
    after: RuleTerms | None

    @property
    def kind(self) -> str:
        return str((self.after or self.before or {})["kind"])


def rule_changes(
    *, before: Sequence[RuleTerms], after: Sequence[RuleTerms]
) -> tuple[RuleChange, ...]:
    """What differs, by kind, currency and limit; rules are the same when those three are."""
    old = {key_of(rule): rule for rule in before}
    new = {key_of(rule): rule for rule in after}
    keys = sorted(old.keys() | new.keys(), key=in_order)
    return tuple(
        RuleChange(old.get(key), new.get(key))
        for key in keys
        if not reads_the_same(old.get(key), new.get(key))
    )


def key_of(rule: RuleTerms) -> Key:
    return rule["kind"], rule["currency"], rule["up_to_minor"]


def in_order(key: Key) -> tuple[str, str, bool, int]:
    """By kind and currency, those without limit last."""
    kind, currency, limit = key
    return kind, currency, limit is None, limit or 0


def reads_the_same(one: RuleTerms | None, other: RuleTerms | None) -> bool:
    if one is None or other is None:
        return False
    return all(one[name] == other[name] for name in COMPARED)
