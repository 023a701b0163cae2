"""Replay the failures of a past span under other terms. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dunning.calc.campaign import CampaignTerms, check_terms
from dunning.calc.simulate import UNKNOWN, Replay, Total, replay, totals
from dunning.queries.past_cases import past_cases

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would have changed, by currency and case, and in sentences what cannot be known."""

    since: datetime
    until: datetime
    totals: tuple[Total, ...]
    replays: tuple[Replay, ...]
    unknown: tuple[str, ...]


def simulate_campaign(
    *, terms: CampaignTerms, at: datetime, since: datetime | None = None
) -> Simulation:
    """
    Cases since `since`, or of the last year, up to `at`. All of them, whichever campaign they followed.

    :raises CampaignInvalid: if the terms contradict each other
    """
    check_terms(terms)
    first = since or at - A_YEAR
    replays = tuple(replay(terms, past) for past in past_cases(since=first, until=at, at=at))
    return Simulation(
        since=first, until=at, totals=totals(replays), replays=replays, unknown=UNKNOWN
    )
