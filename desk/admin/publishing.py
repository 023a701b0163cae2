"""Publishing a policy or a price: first the release check with the new terms, then the version."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from billing.admin.policies import SeatPolicyAdmin
from billing.admin.prices import PriceAdmin
from billing.admin.versions import VersionedAdmin
from billing.calc.policy import canonical_settings
from billing.models import Price, SeatPolicy
from desk.calc.proposal import Proposal
from desk.operations.allow_publication import allow_publication, check_proposal
from desk.operations.send_check import send_check
from desk.queries.release import check_page
from kernel.refusal import Refusal

PRICE_TERMS = ("mode", "tiers", "included", "ratio_each", "billable")


class ChecksFirst(VersionedAdmin):
    """
    Pressing Publish plays the release scenarios under the terms of the form. Pressing it again
    publishes, if all came out as expected or the form says why the differences are right.
    """

    def proposal_of(self, data: dict[str, Any]) -> tuple[Proposal, str]:
        """The terms of a valid form, and their name."""
        raise NotImplementedError

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        check = self.checked(request) if request.method == "POST" else {}
        return super().add_view(request, form_url, {**check, **(extra_context or {})})

    def checked(self, request: HttpRequest) -> dict[str, Any]:
        """The check that covers the form, started now if there is none; for the page."""
        form = self.bound_form(request)
        if not form.is_valid() or not self.could_be_published(request, form.cleaned_data):
            return {}
        proposal, subject = self.proposal_of(form.cleaned_data)
        by, at = cast(User, request.user), timezone.now()
        try:
            run, is_new = check_proposal(proposal=proposal, subject=subject, at=at, by=by)
        except Refusal as refusal:
            return {"check_refused": str(refusal)}
        if is_new:
            send_check(run_id=run.pk)
        return {"check": check_page(run.pk)}

    def could_be_published(self, request: HttpRequest, data: dict[str, Any]) -> bool:
        """Terms that the operation refuses anyway are not checked; nothing is left behind."""
        with transaction.atomic():
            try:
                super().publish(request, data)
            except Refusal:
                return False
            finally:
                transaction.set_rollback(True)
        return True

    @transaction.atomic
    def publish(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        version = super().publish(request, data)
        proposal, _ = self.proposal_of(data)
        allow_publication(
            proposal=proposal,
            by=cast(User, request.user),
            why=request.POST.get("why", ""),
            at=timezone.now(),
        )
        return version


admin.site.unregister(SeatPolicy)
admin.site.unregister(Price)


@admin.register(SeatPolicy)
class CheckedSeatPolicyAdmin(ChecksFirst, SeatPolicyAdmin):
    def proposal_of(self, data: dict[str, Any]) -> tuple[Proposal, str]:
        proposal = Proposal(
            plan_id=str(data["plan"].pk),
            interval_unit=data["interval_unit"],
            interval_count=data["interval_count"],
            settings=canonical_settings(data["settings"]),
        )
        return proposal, f"Policy of {data['plan']}, {interval_name(data)}"


@admin.register(Price)
class CheckedPriceAdmin(ChecksFirst, PriceAdmin):
    def proposal_of(self, data: dict[str, Any]) -> tuple[Proposal, str]:
        seat_type = data["seat_type"]
        proposal = Proposal(
            plan_id=str(seat_type.plan_id),
            interval_unit=data["interval_unit"],
            interval_count=data["interval_count"],
            seat_type=seat_type.code,
            currency=data["currency"],
            price={name: data[name] for name in PRICE_TERMS}
            | {"ratio_of": data["ratio_of"] or None},
        )
        return proposal, f"Price of {seat_type}, {data['currency']}, {interval_name(data)}"


def interval_name(data: dict[str, Any]) -> str:
    count, unit = data["interval_count"], data["interval_unit"]
    return f"a {unit}" if count == 1 else f"{count} {unit}s"
