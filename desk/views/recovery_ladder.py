"""The form of a ladder: what a campaign does on which day. Publishing and the simulator share it."""

from typing import Any

from django import forms

from desk.queries.recovery_words import ENDINGS, LEVELS, TEMPLATES
from dunning.calc.campaign import (
    LEVELS as ACCESS_LEVELS,
)
from dunning.calc.campaign import (
    LONGEST_DAYS,
    MOST_RETRIES,
    AccessStep,
    CampaignTerms,
    MessageStep,
    check_terms,
)
from dunning.calc.campaign import (
    TEMPLATES as MESSAGE_TEMPLATES,
)
from dunning.calc.refusals import CampaignInvalid
from dunning.models import Campaign

MESSAGE_ROWS = 6
ADVISED = ACCESS_LEVELS[1:]
TEMPLATE_CHOICES = [("", "–"), *((one, TEMPLATES[one]) for one in MESSAGE_TEMPLATES)]


def days(label: str, most: int = LONGEST_DAYS, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=required)


class LadderForm(forms.Form):
    """The terms of a campaign; days count from the first failure, a step without a day is left out."""

    threshold_minor = forms.IntegerField(
        label="Least amount pursued, in the smallest unit of the currency (500 is 5.00)",
        min_value=0,
    )
    retries = days("Charges again, at most", MOST_RETRIES)
    retry_days = days("within days")
    grace_days = days("Days of grace after those")
    end_day = days("The campaign ends on day")
    ending = forms.ChoiceField(label="and then", choices=list(ENDINGS.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, MESSAGE_ROWS + 1):
            self.fields[f"message_day_{number}"] = days("Day", required=False)
            self.fields[f"message_{number}"] = forms.ChoiceField(
                label="Message", choices=TEMPLATE_CHOICES, required=False
            )
        for level in ADVISED:
            self.fields[f"{level}_day"] = days("Day", required=False)
            self.fields[f"{level}_message"] = forms.ChoiceField(
                label="Message", choices=TEMPLATE_CHOICES, required=False
            )

    @property
    def message_rows(self) -> list[tuple[Any, Any]]:
        numbers = range(1, MESSAGE_ROWS + 1)
        return [(self[f"message_day_{one}"], self[f"message_{one}"]) for one in numbers]

    @property
    def access_rows(self) -> list[tuple[str, Any, Any]]:
        return [(LEVELS[one], self[f"{one}_day"], self[f"{one}_message"]) for one in ADVISED]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for number in range(1, MESSAGE_ROWS + 1):
            has_day = said.get(f"message_day_{number}") is not None
            if has_day != bool(said.get(f"message_{number}")):
                self.add_error(f"message_{number}", "A message needs both its day and its words.")
        if not self.errors:
            try:
                check_terms(self.terms())
            except CampaignInvalid as refusal:
                raise forms.ValidationError(refusal.message) from refusal
        return said

    def terms(self) -> CampaignTerms:
        """What was entered, steps in the order of their days."""
        said = self.cleaned_data
        messages = [
            MessageStep(said[f"message_day_{one}"], said[f"message_{one}"])
            for one in range(1, MESSAGE_ROWS + 1)
            if said.get(f"message_{one}") and said.get(f"message_day_{one}") is not None
        ]
        access = [
            AccessStep(said[f"{one}_day"], one, said.get(f"{one}_message") or None)
            for one in ADVISED
            if said.get(f"{one}_day") is not None
        ]
        return CampaignTerms(
            threshold_minor=said["threshold_minor"],
            messages=tuple(sorted(messages, key=lambda step: step.day)),
            access=tuple(access),
            end_day=said["end_day"],
            ending=said["ending"],
            retries=said["retries"],
            retry_days=said["retry_days"],
            grace_days=said["grace_days"],
        )


def ladder_of(campaign: Campaign) -> dict[str, Any]:
    """A version as the form's first values."""
    names = ("threshold_minor", "retries", "retry_days", "grace_days", "end_day", "ending")
    values: dict[str, Any] = {name: getattr(campaign, name) for name in names}
    for number, step in enumerate(campaign.messages[:MESSAGE_ROWS], start=1):
        values[f"message_day_{number}"] = step["day"]
        values[f"message_{number}"] = step["template"]
    for step in campaign.access:
        values[f"{step['level']}_day"] = step["day"]
        values[f"{step['level']}_message"] = step.get("message") or ""
    return values
