"""Campaigns and facts for the tests of the ladder, drawn and told."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from dunning.calc.campaign import AccessStep, CampaignTerms, MessageStep
from dunning.calc.declines import SENSES
from dunning.calc.facts import CaseFacts, Hold, Method, Taken, Try
from dunning.calc.ladder import next_step

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CARD = Method("card", "visa", added_at=MONDAY - timedelta(days=300), tried_at=(MONDAY,))
TERMS = CampaignTerms(
    threshold_minor=0,
    messages=(
        MessageStep(0, "first_notice"),
        MessageStep(4, "reminder"),
        MessageStep(10, "reminder"),
        MessageStep(16, "last_notice"),
    ),
    access=(
        AccessStep(3, "banner"),
        AccessStep(15, "restrict_additions", "access_restricted"),
        AccessStep(22, "suspend", "access_suspended"),
    ),
    end_day=45,
    ending="write_off_request",
)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def failed(code: str = "do_not_honor", at: datetime = MONDAY, key: str = "first", method="card"):
    return Try(key, at, "failed", code, method)


def facts(**changes) -> CaseFacts:
    said = {
        "basis": "failed", "first_failed_at": MONDAY, "zone": "Europe/Berlin", "open_minor": 5000,
        "method": CARD, "tries": (failed(),), **changes,
    }  # fmt: skip
    return CaseFacts(**said)


@st.composite
def campaigns(draw) -> CampaignTerms:
    """Any campaign that passes its check and suspends access in the end."""
    window = draw(st.integers(1, 30))
    grace = draw(st.integers(0, 20))
    suspend = window + grace + draw(st.integers(0, 10)) + 4
    notice = draw(st.integers(2, max(2, suspend - 3)))
    return CampaignTerms(
        threshold_minor=0,
        messages=(MessageStep(0, "first_notice"), MessageStep(notice, "last_notice")),
        access=(AccessStep(suspend, "suspend", "access_suspended"),),
        end_day=suspend + draw(st.integers(1, 40)),
        ending=draw(st.sampled_from(["write_off_request", "hand_over"])),
        retries=draw(st.integers(0, 10)),
        retry_days=window,
        grace_days=grace,
    )


instants = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
codes = st.one_of(
    st.sampled_from(sorted(SENSES)), st.sampled_from(["do_not_honor", "a_code_of_tomorrow"])
)


@st.composite
def holds(draw, since: datetime) -> tuple[Hold, ...]:
    starts = draw(st.lists(st.integers(0, 30), max_size=2))
    return tuple(
        Hold(
            since + timedelta(days=start),
            since
            + timedelta(days=start + draw(st.integers(1, 15)), hours=draw(st.integers(0, 23))),
        )
        for start in starts
    )


@st.composite
def climbs(draw):
    """A campaign and a case of which every charge is declined, with the ladder climbed to its end."""
    terms = draw(campaigns())
    since = draw(instants)
    case = CaseFacts(
        basis="failed",
        first_failed_at=since,
        zone=draw(st.sampled_from(ZONES)),
        open_minor=1000,
        method=Method("card", draw(st.sampled_from(["visa", "mastercard", "amex", "sepa_debit"])),
                      since - timedelta(days=9), (since,)),
        tries=(failed(draw(codes), since),),
        holds=draw(holds(since)),
    )  # fmt: skip
    return terms, climb(terms, case, lambda: draw(codes), draw(st.integers(0, 50)))


def climb(terms, case, next_code, late_hours: int = 0):
    """Every step taken in turn, each some hours late, until none is left; returns the case and the steps."""
    steps = []
    now = case.first_failed_at
    while (step := next_step(terms, case, now)) is not None:
        if step.at > now:
            now = step.at + timedelta(hours=late_hours * (step.kind != "retry"))
            continue  # looked at again when it is due, as the stage does
        steps.append((now, step))
        case = after(case, step, now, next_code)
    return case, steps


def after(case: CaseFacts, step, now: datetime, next_code) -> CaseFacts:
    """The facts once the step is taken; a charge is declined a second later."""
    changes = {
        "taken": (*case.taken, *(Taken(key, now) for key in (step.key, *step.passes_over))),
    }
    if step.value == "last_notice":
        changes["last_notice_at"] = now
    if step.kind == "retry":
        at = now + timedelta(seconds=1)
        method = case.method
        tried = Method(method.key, method.network, method.added_at, (*method.tried_at, at))
        changes["method"] = tried
        changes["tries"] = (*case.tries, failed(next_code(), at, step.key, method.key))
    return CaseFacts(**{name: getattr(case, name) for name in CaseFacts.__slots__} | changes)
