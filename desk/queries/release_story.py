"""The story a release scenario is played as: its own, or with the terms of the company's plan."""

from dataclasses import replace

from billing.calc.pricing import PriceTerms
from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.story import SeatTypeStory, Story
from billing.models import Plan, Price, SeatPolicy
from billing.records.catalog_book import price_terms
from billing.records.scenario_text import parse_scenario
from desk.calc.proposal import Proposal

YEARS_AT_MOST = 5


def release_story(*, text: str, plan: Plan | None, proposal: Proposal | None = None) -> Story:
    """
    What the text says; with a plan, under that plan's newest policy and prices, or the proposed ones.

    :raises ScenarioUnusable: if it cannot be read, runs for too long, or the plan has no such seat type, price or policy
    """
    story = parse_scenario(text)
    if story.until.year - story.subscription.starts_on.year > YEARS_AT_MOST:
        raise ScenarioUnusable("until", f"is more than {YEARS_AT_MOST} years after the start.")
    if plan is None:
        return story
    interval = story.plan.interval
    if proposal and not proposal.is_about(
        plan_id=str(plan.pk), unit=interval.unit, count=interval.count
    ):
        proposal = None
    seat_types = tuple(
        priced(one, plan=plan, story=story, proposal=proposal) for one in story.plan.seat_types
    )
    return replace(
        story,
        policy=settings_of(plan, story, proposal),
        plan=replace(story.plan, seat_types=seat_types),
    )


def settings_of(plan: Plan, story: Story, proposal: Proposal | None) -> dict[str, object]:
    """The proposed settings, or those of the newest version."""
    if proposal and proposal.settings is not None:
        return dict(proposal.settings)
    interval = story.plan.interval
    newest = SeatPolicy.objects.filter(
        plan=plan, interval_unit=interval.unit, interval_count=interval.count
    ).order_by("-version")
    policy = newest.first()
    if policy is None:
        raise ScenarioUnusable("plan", f"{plan.name} has no seat policy for this interval.")
    return dict(policy.settings)


def priced(
    seat_type: SeatTypeStory, *, plan: Plan, story: Story, proposal: Proposal | None
) -> SeatTypeStory:
    return replace(seat_type, price=price_of(seat_type.code, plan, story, proposal))


def price_of(code: str, plan: Plan, story: Story, proposal: Proposal | None) -> PriceTerms:
    """The proposed price of the seat type, or its newest one; a subscription's own prices are not meant."""
    if proposal and (proposal.seat_type, proposal.currency) == (code, story.currency):
        proposed = proposal.price_terms
        if proposed is not None:
            return proposed
    interval = story.plan.interval
    newest = Price.objects.filter(
        seat_type__plan=plan, seat_type__code=code, currency=story.currency, subscription=None,
        interval_unit=interval.unit, interval_count=interval.count,
    ).order_by("-version")  # fmt: skip
    price = newest.first()
    if price is None:
        raise ScenarioUnusable(
            f"plan.seat_types.{code}",
            f"{plan.name} has no price of it in {story.currency} for this interval.",
        )
    return price_terms(price)
