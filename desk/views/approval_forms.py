"""The forms of each kind of request: what a person says becomes the terms of the kind."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.calc.exception_terms import NEEDS
from accounts.calc.refusals import TermsInvalid
from accounts.enums import SupportBurden
from billing.documents.staff_text import money_decimal
from billing.enums import CreditNoteReason, EventKind, Settlement
from desk.queries.approval_subjects import Subject
from kernel.money import minor_units

AMOUNT_LENGTH = 30
REASONS = [choice for choice in CreditNoteReason.choices if choice[0] != CreditNoteReason.VOID]
CORRECTIONS: list[tuple[str, str]] = [
    (EventKind.SEAT_ADDED, "Seats were added"),
    (EventKind.SEAT_REMOVED, "Seats were removed"),
    (EventKind.QUANTITY_SET, "The number of seats was"),
]
MONEY_NAMES = {"amount": "amount_minor", "price": "price_minor"}
Make = Callable[[Subject], forms.Field]


def day_field(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def words_field(label: str, *, rows: int, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


def money_field(label: str, **options: Any) -> Make:
    return lambda subject: forms.CharField(
        label=f"{label} in {subject.currency}", max_length=AMOUNT_LENGTH, **options
    )


def number_field(label: str, least: int, most: int, **options: Any) -> Make:
    return lambda subject: forms.IntegerField(
        label=label, min_value=least, max_value=most, **options
    )


def text_field(label: str, most: int, **options: Any) -> Make:
    return lambda subject: forms.CharField(label=label, max_length=most, **options)


def seat_type_field(subject: Subject) -> forms.Field:
    return forms.ChoiceField(label="Seat type", choices=subject.seat_types)


def lines_field(subject: Subject) -> forms.Field:
    return forms.MultipleChoiceField(
        label="Prorated lines that shall not count",
        choices=subject.lines,
        widget=forms.CheckboxSelectMultiple,
        help_text="Lines of one invoice; ask once for each invoice.",
    )


def choice_field(label: str, choices: list[tuple[str, str]], empty: str = "") -> Make:
    offered = [("", empty), *choices] if empty else choices
    return lambda subject: forms.ChoiceField(label=label, choices=offered, required=not empty)


FIELDS: dict[str, dict[str, Make]] = {
    "discount": {
        "seat_type": seat_type_field,
        "percent": number_field("Percent off", 1, 100, required=False,
                                help_text="Give one of the three: percent, amount or ramp."),
        "amount": money_field("Amount off each seat and interval", required=False),
        "ramp": lambda subject: words_field(
            "Ramp", rows=3, most=1000, required=False,
            help_text="A line for each step: first day and percent, such as 2026-01-01 30"),
    },
    "free_seats": {
        "seat_type": seat_type_field,
        "seats": number_field("Seats that are free", 1, 100_000),
    },
    "price_override": {
        "seat_type": seat_type_field,
        "price": money_field("Price of each seat and interval"),
    },
    "proration_exception": {"lines": lines_field},
    "credit": {
        "amount": money_field("Amount before tax"),
        "credit_reason": choice_field("Reason on the credit note", REASONS),
        "settlement": choice_field("Where it goes", Settlement.choices, "As finance does it"),
    },
    "refund": {"amount": money_field("Amount to give back")},
    "write_off": {"amount": money_field("Amount to write off")},
    "backdated_correction": {
        "change": choice_field("What was true", CORRECTIONS),
        "seat_type": seat_type_field,
        "quantity": number_field("Seats", 0, 1_000_000),
        "on": lambda subject: day_field(f"From which day ({subject.time_zone})"),
    },
    "tax_override": {
        "number": text_field("Tax id to take as valid", 32, required=False,
                             help_text="Give a tax id, or the place below."),
        "country": text_field("Country where it is used", 2, required=False),
        "region": text_field("Region", 3, required=False),
        "postal_code": text_field("Postal code", 20, required=False),
        "source": text_field("Where this is known from", 90,
                             help_text="Such as: certificate of the tax office of 3 May"),
    },
    "dunning_pause": {"until": lambda subject: day_field("Pause until")},
    "limit_raise": {
        "seat_type": seat_type_field,
        "limit": number_field("New limit of seats", 1, 10_000_000),
    },
    "payment_terms": {"days": number_field("Days until an invoice is due", 0, 365)},
    "reopen_period": {"month": text_field("Month", 7, help_text="Such as 2026-10")},
}  # fmt: skip


class AskForm(forms.Form):
    """What every kind asks; the fields of its kind come first, price kinds add their economics."""

    starts_on = day_field("From", required=False)
    ends_on = day_field("Until, first day without it", required=False)
    margin_percent = forms.DecimalField(
        label="Expected gross margin in percent", max_digits=5, decimal_places=2, required=False
    )
    support_burden = forms.ChoiceField(
        label="Support burden", choices=[("", "Choose"), *SupportBurden.choices], required=False
    )
    reason = words_field("Why, for who decides", rows=3, most=1000)
    customer_text = words_field(
        "In the customer's words", rows=2, most=500, required=False,
        help_text="What the customer may read about it.",
    )  # fmt: skip
    team = forms.CharField(
        label="Team that wants it", max_length=60, required=False, help_text="Such as Sales EMEA"
    )
    attachment = forms.FileField(
        label="Evidence", required=False, help_text="A PDF, PNG or JPEG of up to 10 MB"
    )

    def __init__(self, data: Any, files: Any, *, kind: str, subject: Subject, **options: Any):
        super().__init__(data, files, **options)
        self.kind, self.subject = kind, subject
        own = {name: make(subject) for name, make in FIELDS[kind].items()}
        self.fields = {**own, **self.fields}
        needs = NEEDS[kind]
        for name in ("margin_percent", "support_burden"):
            self.keep(name, needs.is_price, needs.is_price)
        for name in ("starts_on", "ends_on"):
            self.keep(
                name, needs.is_price or kind in ("payment_terms", "limit_raise"), needs.is_price
            )
        self.keep("customer_text", True, needs.needs_customer_text)
        self.keep("attachment", True, needs.needs_attachment)

    def keep(self, name: str, is_there: bool, is_required: bool) -> None:
        if not is_there:
            del self.fields[name]
            return
        self.fields[name].required = is_required

    def ask_only_terms(self) -> None:
        """For the preview: what is said to people may still be missing."""
        for name in ("reason", "customer_text", "attachment", "margin_percent", "support_burden"):
            if name in self.fields:
                self.fields[name].required = False

    def terms(self) -> dict[str, Any]:
        """
        The terms as ask_exception takes them.

        :raises AmountUnreadable: TermsInvalid likewise, naming what cannot be read
        """
        said = {name: self.cleaned_data.get(name) for name in FIELDS[self.kind]}
        if self.kind == "backdated_correction":
            return {"event": self.event()}
        given = {name: value for name, value in said.items() if value not in (None, "", [])}
        return {
            MONEY_NAMES.get(name, name): self.term(name, value) for name, value in given.items()
        }

    def term(self, name: str, value: Any) -> Any:
        if name in MONEY_NAMES:
            return minor_units(value.strip(), self.subject.currency)
        if name == "ramp":
            return ramp_steps(value)
        return value.isoformat() if isinstance(value, date) else value

    def event(self) -> dict[str, Any]:
        """The event the product would have sent, effective at the day's local midnight."""
        said = self.cleaned_data
        midnight = datetime.combine(said["on"], time(0), tzinfo=ZoneInfo(self.subject.time_zone))
        key = f"{said['change']}-{said['seat_type']}-{said['quantity']}-{said['on']}"
        return {
            "source": "desk-exception", "source_event_id": f"{self.subject.name}-{key}",
            "kind": said["change"], "subscription": self.subject.name,
            "seat_type": said["seat_type"], "quantity": said["quantity"],
            "effective_at": midnight.astimezone(UTC).isoformat(),
        }  # fmt: skip

    def common(self) -> dict[str, Any]:
        """Everything beside the terms, as ask_exception names it."""
        names = ("reason", "customer_text", "team", "starts_on", "ends_on", "margin_percent",
                 "support_burden")  # fmt: skip
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def ramp_steps(written: str) -> list[dict[str, Any]]:
    """:raises TermsInvalid: naming the line that is no day and percent"""
    steps = []
    for line in written.splitlines():
        parts = line.replace("%", " ").split()
        if not parts:
            continue
        if len(parts) != 2 or not parts[1].isdigit():
            raise TermsInvalid("ramp", f"“{line.strip()}” is no day and percent")
        steps.append({"from": parts[0], "percent": int(parts[1])})
    return steps


def ramp_lines(steps: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"{step['from']} {step['percent']}" for step in steps)


def values_of(terms: Mapping[str, Any], *, subject: Subject) -> dict[str, Any]:
    """The terms of a stored request as the form shows them, to copy it into a new one."""
    values: dict[str, Any] = {}
    for name, value in terms.items():
        if name.endswith("_minor"):
            values[name.removesuffix("_minor")] = money_decimal(value, subject.currency)
        elif name == "ramp":
            values[name] = ramp_lines(value)
        elif name == "event":
            values |= event_values(value, subject.time_zone)
        else:
            values[name] = value
    return values


def event_values(event: Mapping[str, Any], time_zone: str) -> dict[str, Any]:
    at = datetime.fromisoformat(event["effective_at"])
    return {
        "change": event.get("kind"), "seat_type": event.get("seat_type"),
        "quantity": event.get("quantity"), "on": at.astimezone(ZoneInfo(time_zone)).date(),
    }  # fmt: skip
