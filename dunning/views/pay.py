"""The page behind the link in a message: what is open, and every way to pay it. No sign-in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from billing.gateways.configured import checkout_origins, configured_gateway
from billing.gateways.stripe import GatewayRefused, GatewayUnreachable
from billing.operations.start_checkout import start_checkout
from dunning.documents.pay_link import PayLinkExpired, PayLinkWrong, read_pay_token
from dunning.queries.pay_page import PayPage, pay_page
from kernel.refusal import Refusal


@method_decorator(never_cache, name="dispatch")
class PayCase(View):
    """GET shows what is open; POST goes to the gateway's own page to pay it by card."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.answer(request, token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            link = read_pay_token(token=token, at=timezone.now())
        except (PayLinkWrong, PayLinkExpired):
            return self.answer(request, token)
        page = pay_page(case_id=link.case_id)
        if not page.receivable_ids or not settings.STRIPE_API_KEY:
            return self.answer(request, token)
        try:
            url = self.checkout(request, page)
        except (Refusal, GatewayUnreachable, GatewayRefused):
            return self.answer(request, token, status=503, card_failed=True)
        return redirect(url)

    def checkout(self, request: HttpRequest, page: PayPage) -> str:
        here = request.build_absolute_uri(request.path)
        return start_checkout(
            gateway=configured_gateway(),
            receivable_ids=page.receivable_ids,
            success_url=f"{here}?paid=1",
            cancel_url=here,
            at=timezone.now(),
        )

    def answer(
        self, request: HttpRequest, token: str, status: int = 200, **shown: Any
    ) -> HttpResponse:
        try:
            link = read_pay_token(token=token, at=timezone.now())
        except PayLinkWrong:
            return self.show(request, "en", {"problem": "wrong"}, 404)
        except PayLinkExpired:
            return self.show(request, "en", {"problem": "expired"}, 410)
        page = pay_page(case_id=link.case_id)
        offers_card = bool(settings.STRIPE_API_KEY and page.receivable_ids)
        context = {"page": page, "offers_card": offers_card, "was_paid": "paid" in request.GET}
        return self.show(request, page.language, context | shown, status)

    def show(
        self, request: HttpRequest, language: str, context: dict[str, Any], status: int
    ) -> HttpResponse:
        """In the customer's language; kept by nobody, found by no search engine."""
        with translation.override(language):
            response = render(request, f"dunning/{language}/pay.html", context, status=status)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        response["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            f"form-action 'self' {' '.join(checkout_origins())}; frame-ancestors 'none'"
        )
        return response
