"""What an answer about entitlements says in words, and what can be done about a no, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

MEMBER, GROUP_ADMINISTRATOR = "member", "group administrator"
BILLING_OWNER, DEVELOPER = "billing owner", "product developer"
PEOPLE, QUOTAS, INVOICES = "people/", "people/quotas/", "billing/"

SENTENCES: Mapping[str, str] = {
    "": "Holds a {seat_type} seat of {plan}.",
    "no_seat": "Holds no seat here.",
    "removed": "The {seat_type} seat was removed on {since}.",
    "suspended": "The {seat_type} seat is suspended since {since}.",
    "inactive": "The {seat_type} seat is set aside since {since}, because it was not used.",
    "invited_not_accepted": "Was invited to a {seat_type} seat on {since} and has not accepted yet.",
    "subscription_ended": "The subscription of {plan} has ended.",
    "subscription_not_started": "The subscription of {plan} has not started yet.",
    "payment_restricted": "A payment is open for long: it is recommended to pause access. The seat is kept.",
    "over_quota": "All that is included until the cycle ends is used.",
    "feature_not_included": "A {seat_type} seat of {plan} does not include this feature.",
    "customer_unknown": "No customer has this id.",
    "grantee_unknown": "Nobody with this id ever held a seat.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that helps: who can do it, what, and where (a path of the portal, or nothing)."""

    by: str
    do: str
    where: str = ""


STEPS: Mapping[str, tuple[Step, ...]] = {
    "": (),
    "no_seat": (Step(GROUP_ADMINISTRATOR, "Give them a seat.", PEOPLE),),
    "removed": (Step(GROUP_ADMINISTRATOR, "Give them a seat again.", PEOPLE),),
    "suspended": (Step(GROUP_ADMINISTRATOR, "Reactivate the seat.", PEOPLE),),
    "inactive": (
        Step(MEMBER, "Use the product again; the seat comes back with the first use."),
        Step(GROUP_ADMINISTRATOR, "Reactivate the seat.", PEOPLE),
    ),
    "invited_not_accepted": (
        Step(MEMBER, "Accept the invitation you were sent."),
        Step(GROUP_ADMINISTRATOR, "Send the invitation again.", PEOPLE),
    ),
    "subscription_ended": (Step(BILLING_OWNER, "Buy it again: write to sales."),),
    "subscription_not_started": (Step(MEMBER, "Wait until it starts."),),
    "payment_restricted": (Step(BILLING_OWNER, "Pay what is open.", INVOICES),),
    "feature_not_included": (
        Step(GROUP_ADMINISTRATOR, "Give them a seat type that includes it.", PEOPLE),
    ),
    "customer_unknown": (Step(DEVELOPER, "Send the external id of a customer."),),
    "grantee_unknown": (
        Step(GROUP_ADMINISTRATOR, "Invite them, or give them a seat.", PEOPLE),
        Step(DEVELOPER, "Send the id the seat was given to."),
    ),
}
RAISE: Mapping[str, Step] = {
    "person": Step(GROUP_ADMINISTRATOR, "Give them a seat type that includes more.", PEOPLE),
    "group": Step(GROUP_ADMINISTRATOR, "Raise the quota of the group.", QUOTAS),
    "subscription": Step(BILLING_OWNER, "Choose a plan that includes more: write to sales."),
}


def words_for(
    reason: str, *, seat_type: str = "", plan: str = "", since: datetime | None = None
) -> str:
    """A plain sentence; dates are in UTC."""
    return sentence(reason, seat_type, plan, since.date() if since else None)


@lru_cache(maxsize=4_096)
def sentence(reason: str, seat_type: str, plan: str, since: date | None) -> str:
    return SENTENCES[reason].format(seat_type=seat_type, plan=plan, since=since)


def steps_for(
    reason: str, customer_id: str, *, limit_of: str = "", resets_at: datetime | None = None
) -> tuple[Step, ...]:
    """What helps, with the paths of the customer's own portal."""
    if reason == "over_quota":
        wait = f"Wait until {resets_at:%Y-%m-%d %H:%M} UTC." if resets_at else "Wait."
        steps: tuple[Step, ...] = (Step(MEMBER, wait), RAISE[limit_of])
    else:
        steps = STEPS[reason]
    home = f"/portal/c/{customer_id}/"
    return tuple(
        Step(one.by, one.do, home + one.where) if one.where and customer_id else one
        for one in steps
    )
