"""Enter a payment by hand: why, what it will settle, and only then the record."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import Customer
from accounts.views.filters import date_of
from billing.enums import PaymentMethodKind
from billing.models import Payment, Receivable
from billing.operations.record_payment import lock_account, record_payment
from billing.queries.closed_periods import closed_through
from desk.queries.money_preview import PaymentPreview, preview_payment
from desk.views.page import desk_page, note_in_log, show
from kernel.money import Money
from kernel.refusal import Refusal
from tax.models import BillingEntity

NAMES_SHOWN = 5
MOVED = (
    "Something moved on this account since you looked, perhaps this very payment. Nothing was "
    "recorded; look at the preview again."
)


class EntryForm(forms.Form):
    """What was paid, by whom and why it is entered here. The amount is a decimal in major units."""

    customer = forms.CharField(label="Customer", help_text="Its external id or name")
    entity = forms.ModelChoiceField(
        BillingEntity.objects.order_by("code"), required=False, to_field_name="code",
        label="Received by", empty_label="The customer's seller",
    )  # fmt: skip
    currency = forms.RegexField(r"^[A-Z]{3}$", required=False, label="Currency", max_length=3)
    amount = forms.CharField(label="Amount", max_length=30)
    paid_on = date_of("Paid on")
    invoice = forms.CharField(
        label="First settle invoice", required=False, max_length=40,
        help_text="Its number; then the oldest due",
    )  # fmt: skip
    reference = forms.CharField(label="What the payer wrote", required=False, max_length=300)
    reason = forms.CharField(label="Why it is entered by hand", max_length=300)

    def clean_customer(self) -> Customer:
        said = self.cleaned_data["customer"].strip()
        named = Customer.objects.filter(external_id=said).first()
        if named:
            return named
        found = list(
            Customer.objects.filter(
                Q(legal_name__icontains=said) | Q(external_id__iexact=said)
            ).order_by("legal_name")[: NAMES_SHOWN + 1]
        )
        if len(found) == 1:
            return found[0]
        known = ", ".join(f"{one.legal_name} ({one.external_id})" for one in found[:NAMES_SHOWN])
        raise forms.ValidationError(
            f"Several customers match: {known}. Enter the external id."
            if found
            else "No customer has this name or external id."
        )

    def clean(self) -> dict[str, Any]:
        """Fill in what follows from customer and invoice, and read the amount in its currency."""
        said = self.cleaned_data
        customer = said.get("customer")
        if customer is None:
            return said
        self.find_invoice(customer)
        receivable = said.get("receivable")
        said["currency"] = said.get("currency") or (
            receivable.currency if receivable else customer.currency
        )
        if said.get("entity") is None:
            said["entity"] = receivable.billing_entity if receivable else seller_of(customer)
        if said["entity"] is None:
            self.add_error("entity", "This customer has no seller yet: say who received it.")
        self.check_fits(receivable)
        self.check_day()
        self.read_amount()
        return said

    def find_invoice(self, customer: Customer) -> None:
        number = self.cleaned_data.get("invoice", "").strip().upper()
        if not number:
            return
        found = (
            Receivable.objects.filter(customer=customer, invoice__number=number)
            .select_related("billing_entity")
            .first()
        )
        if found is None:
            self.add_error("invoice", "This customer has no invoice with this number.")
        self.cleaned_data["receivable"] = found

    def check_fits(self, receivable: Receivable | None) -> None:
        said = self.cleaned_data
        if receivable is None or "entity" not in said:
            return
        if receivable.currency != said["currency"]:
            self.add_error("currency", f"The invoice is in {receivable.currency}.")
        if receivable.billing_entity != said["entity"]:
            self.add_error("entity", f"The invoice is by {receivable.billing_entity.code}.")

    def check_day(self) -> None:
        entity, day = self.cleaned_data.get("entity"), self.cleaned_data.get("paid_on")
        if entity is None or day is None:
            return
        closed = closed_through(entity.pk)
        if closed and day <= closed:
            self.add_error(
                "paid_on",
                f"The books of {entity.code} are closed through {closed}. Enter a later day, and "
                "name the true one in the reason.",
            )

    def read_amount(self) -> None:
        said = self.cleaned_data
        if "amount" not in said or not said.get("currency"):
            return
        try:
            said["money"] = Money.parse(said["amount"].strip(), said["currency"])
        except Refusal as refusal:
            self.add_error("amount", refusal.message)
            return
        if said["money"].minor <= 0:
            self.add_error("amount", "Enter an amount above zero. Money going back is a refund.")

    def clean_paid_on(self) -> date:
        today = timezone.now().date()
        day: date = self.cleaned_data["paid_on"] or today
        if day > today:
            raise forms.ValidationError("This day has not come yet.")
        return day


def seller_of(customer: Customer) -> BillingEntity | None:
    assignment = getattr(customer, "seller_assignment", None)
    return assignment.billing_entity if assignment else None


@require_http_methods(["GET", "POST"])
@desk_page("billing.add_payment")
def new_payment(request: HttpRequest) -> HttpResponse:
    """GET with what was paid shows what it will settle; POST records exactly that."""
    given = request.POST if request.method == "POST" else request.GET
    is_asked = "amount" in given
    form = EntryForm(given) if is_asked else EntryForm(initial=first_values(request))
    preview = None
    if is_asked and form.is_valid():
        if request.method == "POST":
            done = record(request, form.cleaned_data)
            if done:
                return HttpResponseRedirect(reverse("desk:money_payment", args=[done.pk]))
        preview = preview_of(form.cleaned_data)
    return show(
        request,
        "desk/money_entry.html",
        title="Enter a payment",
        form=form,
        preview=preview,
        said=form.cleaned_data if preview else {},
        given=[(name, given.get(name, "")) for name in form.fields],
    )


def first_values(request: HttpRequest) -> dict[str, Any]:
    known = ("customer", "invoice", "currency", "entity")
    return {
        "paid_on": timezone.now().date(),
        **{name: request.GET[name] for name in known if name in request.GET},
    }


def preview_of(said: dict[str, Any]) -> PaymentPreview:
    receivable = said.get("receivable")
    return preview_payment(
        customer=said["customer"],
        entity=said["entity"],
        money=said["money"],
        first=[receivable.pk] if receivable else [],
    )


def record(request: HttpRequest, said: dict[str, Any]) -> Payment | None:
    """The payment as previewed, or None with a message when the account moved since."""
    receivable = said.get("receivable")
    try:
        with transaction.atomic():
            lock_account(said["customer"].pk)
            if preview_of(said).seen != request.POST.get("seen"):
                messages.warning(request, MOVED)
                return None
            payment = record_payment(
                customer=said["customer"],
                billing_entity=said["entity"],
                method=PaymentMethodKind.MANUAL,
                money=said["money"],
                paid_on=said["paid_on"],
                invoices=[receivable.pk] if receivable else [],
                reference=said["reference"],
                reason=said["reason"],
                by=cast(User, request.user),
                at=timezone.now(),
            )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return None
    note_in_log(request, [payment], action_flag=ADDITION, message=f"By hand: {payment.reason}")
    messages.success(request, "The payment is recorded.")
    return payment
