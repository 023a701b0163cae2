"""What answers about entitlements are made of: one statement for one question or for a thousand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from billing.calc.entitlements import (
    AdviceFact,
    CycleFact,
    EntitlementFacts,
    FeatureFact,
    QuotaFact,
    SeatFact,
    utc,
)
from billing.records.prepared import run_prepared

# $1 grantees, $2 customers, $3 features ("" for all), $4 the instant; arrays of one length. A row is a
# seat of a question, with all of it; without a seat, what is known of the question alone.
# Every part is found by an index from the person on; nothing is counted and nothing is kept. JSON is made
# only of what has many parts: it is what costs most here. The arrays come by subqueries so that PostgreSQL
# keeps one plan for any number of questions: planning takes ten times as long as asking.
FACTS = """
SELECT asked.place, customer.id::text, grantee.id IS NOT NULL,
  (SELECT json_build_array(level, reason_code, words, since)::text
     FROM accounts_accessadvice WHERE customer_id = customer.id AND until IS NULL),
  subscription.external_id, plan.code, seat_type.code, held.state, held.from_at::text,
  subscription.starts_on::text, subscription.time_zone, subscription.interval_unit,
  subscription.interval_count, subscription.anchor_day, subscription.ends_on::text,
  subscription.state = 'ended', team.external_id,
  event.id::text, event.kind, event.source, event.source_event_id,
  (SELECT json_agg(json_build_array(
            feature.code, feature.name, feature.kind, feature.unit,
            entitled.limit, entitled.limit_of,
            CASE WHEN feature.kind = 'metered' THEN
              (SELECT total.quantity FROM billing_usagetotal AS total
                WHERE total.subscription_id = held.subscription_id
                  AND total.feature_id = feature.id AND total.grantee_id = grantee.id
                  AND total.group_id IS NULL
                  AND total.from_at <= $4::timestamptz AND total.until_at > $4::timestamptz
                ORDER BY total.from_at DESC LIMIT 1) END,
            CASE WHEN feature.kind = 'metered' AND entitled.limit_of = 'subscription' THEN
              (SELECT total.quantity FROM billing_usagetotal AS total
                WHERE total.subscription_id = held.subscription_id
                  AND total.feature_id = feature.id AND total.grantee_id IS NULL
                  AND total.group_id IS NULL
                  AND total.from_at <= $4::timestamptz AND total.until_at > $4::timestamptz
                ORDER BY total.from_at DESC LIMIT 1) END,
            CASE WHEN feature.kind = 'metered' THEN
              (SELECT policy.settings ->> 'anchor' FROM billing_seatpolicy AS policy
                WHERE policy.plan_id = plan.id
                  AND policy.effective_from <= ($4::timestamptz AT TIME ZONE subscription.time_zone)
                ORDER BY policy.effective_from DESC, policy.version DESC LIMIT 1) END,
            CASE WHEN feature.kind = 'metered' AND held.group_id IS NOT NULL
                  AND EXISTS (SELECT 1 FROM billing_quotaallocation AS quota
                               WHERE quota.subscription_id = held.subscription_id
                                 AND quota.feature_id = feature.id) THEN
              quotas_above(held.group_id, held.subscription_id, feature.id, $4::timestamptz) END))
     FROM billing_seattypefeature AS entitled
     JOIN billing_feature AS feature ON feature.id = entitled.feature_id
    WHERE entitled.seat_type_id = held.seat_type_id
      AND (asked.feature = '' OR feature.code = asked.feature))::text
FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::text[]))
     WITH ORDINALITY AS asked(grantee, customer, feature, place)
LEFT JOIN LATERAL (SELECT id FROM accounts_customer
                    WHERE external_id = asked.customer LIMIT 1) AS customer ON true
LEFT JOIN LATERAL (SELECT id FROM accounts_grantee
                    WHERE external_id = asked.grantee LIMIT 1) AS grantee ON true
LEFT JOIN (billing_seatholding AS held
     JOIN billing_subscription AS subscription ON subscription.id = held.subscription_id
     JOIN billing_seattype AS seat_type ON seat_type.id = held.seat_type_id
     JOIN billing_plan AS plan ON plan.id = seat_type.plan_id
     JOIN billing_entitlementevent AS event ON event.id = held.event_id
     LEFT JOIN accounts_group AS team ON team.id = held.group_id)
  ON held.grantee_id = grantee.id AND held.customer_id = customer.id
 AND (held.until_at IS NULL OR held.until_at > $4::timestamptz)
"""
SEAT = 4  # where the seat begins in a row
BY_SUBSCRIPTION = itemgetter(SEAT, SEAT + 4, SEAT + 2)
BY_CODE = itemgetter(0)
SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Question:
    """External ids; `feature` a code, or empty for all."""

    grantee: str
    customer: str
    feature: str = ""


def entitlement_facts(questions: Sequence[Question], *, at: datetime) -> list[EntitlementFacts]:
    """The facts of each question in their order, as one instant of the database shows them."""
    return facts_of(questions, run_prepared(FACTS, asked_of(questions, at)))


def asked_of(questions: Sequence[Question], at: datetime) -> list[Any]:
    """The parameters of FACTS."""
    return [
        [one.grantee for one in questions],
        [one.customer for one in questions],
        [one.feature for one in questions],
        at,
    ]


def facts_of(
    questions: Sequence[Question], rows: Iterable[Sequence[Any]]
) -> list[EntitlementFacts]:
    """The facts of each question, of rows as PostgreSQL gave them, in any order."""
    found: list[list[Sequence[Any]]] = [[] for _ in questions]
    for row in rows:
        found[row[0] - 1].append(row)
    return [read_facts(*one) for one in zip(questions, found, strict=True)]


def read_facts(question: Question, rows: list[Sequence[Any]]) -> EntitlementFacts:
    _, customer_id, grantee_is_known, advice, subscription, *_ = rows[0]
    seats = sorted(rows, key=BY_SUBSCRIPTION) if subscription else ()
    return EntitlementFacts(
        customer=question.customer,
        grantee=question.grantee,
        customer_id=customer_id or "",
        grantee_is_known=grantee_is_known,
        advice=advice_fact(*orjson.loads(advice)) if advice else None,
        seats=tuple(seat_fact(*row[SEAT:]) for row in seats),
    )


def advice_fact(level: str, reason_code: str, words: str, since: str) -> AdviceFact:
    return AdviceFact(level, reason_code, words, utc(since))


def seat_fact(
    subscription: str, plan: str, seat_type: str, state: str, since: str,
    starts_on: str, zone: str, unit: Any, count: int, anchor_day: int, ends_on: str | None,
    is_ended: bool, group: str | None,
    event_id: str, event_kind: str, source: str, source_event_id: str,
    features: str | None,
) -> SeatFact:  # fmt: skip
    return SeatFact(
        subscription=subscription, plan=plan, seat_type=seat_type, state=state, since=utc(since),
        cycle=cycle_fact(starts_on, zone, unit, count, anchor_day),
        ends_on=date.fromisoformat(ends_on) if ends_on else None, is_ended=is_ended,
        group=group or "", event_id=event_id, event_kind=event_kind, source=source,
        source_event_id=source_event_id,
        features=tuple(
            switch_fact(row[0], row[1]) if row[2] == SWITCH else feature_fact(*row)
            for row in sorted(orjson.loads(features) if features else (), key=BY_CODE)
        ),
    )  # fmt: skip


@lru_cache(maxsize=4_096)
def cycle_fact(starts_on: str, zone: str, unit: Any, count: int, anchor_day: int) -> CycleFact:
    """The words as read; the same words mean the same."""
    return CycleFact(date.fromisoformat(starts_on), zone, unit, count, anchor_day)


@lru_cache(maxsize=4_096)
def switch_fact(code: str, name: str) -> FeatureFact:
    return FeatureFact(code, name, "switch")


def feature_fact(
    code: str, name: str, kind: Any, unit: str, limit: int | None, limit_of: str,
    used_by_person: int | None, used_by_all: int | None, anchor: str | None,
    quotas: Sequence[tuple[str, int, int | None]] | None,
) -> FeatureFact:  # fmt: skip
    return FeatureFact(
        code, name, kind, unit, limit, limit_of, used_by_person or 0, used_by_all or 0,
        anchor or "subscription",
        tuple(QuotaFact(group, quantity, used or 0) for group, quantity, used in quotas or ()),
    )  # fmt: skip
