"""Checkout, which localstripe lacks: sessions, and the page on which a person chooses how a card behaves."""

from html import escape
from typing import Any

from aiohttp import web
from localstripe.errors import UserError
from localstripe.resources import PaymentIntent, PaymentMethod, StripeObject, store
from localstripe.server import get_post_data, json_response

from config.stripe_stand_in.behavior import tell
from config.stripe_stand_in.idempotency import Handler

CARDS = {
    "good": ("4242424242424242", "", "Card that works"),
    "funds": ("4000000000000341", "insufficient_funds", "Card without enough money"),
    "lost": ("4000000000000341", "lost_card", "Card reported lost"),
    "bank": ("4000002760003184", "", "Card whose bank always asks its owner"),
}
PREFIX = "/c/pay/"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Stand-in for Stripe</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><style>
body{{font:16px/1.5 system-ui;margin:0;background:#eef0f6;color:#1c2033}}
main{{max-width:26rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:12px}}
h1{{font-size:1.3rem;margin:0 0 .5rem}}p{{margin:.5rem 0 1.25rem}}
button{{display:block;width:100%;margin:.5rem 0;padding:.7rem 1rem;border:1px solid #c3c8dc;
border-radius:8px;background:#f7f8fc;font:inherit;text-align:left;cursor:pointer}}
button:hover,button:focus{{border-color:#3b4cca}}.problem{{color:#a3131f}}a{{color:#3b4cca}}
</style><main><h1>{title}</h1>{problem}<p>{words}</p><form method="post">{buttons}</form>
<p><a href="{cancel}">Back without paying</a></p>
<small>This page stands in for Stripe. No money moves.</small></main></html>"""


class CheckoutSession(StripeObject):  # type: ignore[misc]
    """A visit to the gateway's page: to pay, or to leave a payment method."""

    object = "checkout.session"
    _id_prefix = "cs_test_"

    def __init__(self, said: dict[str, Any], base: str) -> None:
        super().__init__()
        self.mode = said["mode"]
        self.customer = said.get("customer")
        self.metadata = said.get("metadata") or {}
        self.success_url, self.cancel_url = said["success_url"], said["cancel_url"]
        self.status, self.payment_intent = "open", None
        items = [one["price_data"] for one in said.get("line_items") or []]
        self.amount_total = sum(int(one["unit_amount"]) for one in items)
        self.currency = str(items[0]["currency"] if items else said.get("currency") or "eur")
        self._noted = (said.get("payment_intent_data") or {}).get("metadata") or {}
        self.url = f"{base}/c/pay/{self.id}"


async def create(request: web.Request) -> web.Response:
    said = await get_post_data(request)
    session = CheckoutSession(dict(said), f"{request.scheme}://{request.host}")
    answer: web.Response = json_response(session._export())
    return answer


@web.middleware
async def serve_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """People have no API key: their pages are answered before keys are asked for."""
    session = store.get(f"checkout.session:{request.path.removeprefix(PREFIX)}")
    if not request.path.startswith(PREFIX) or session is None:
        return await handler(request)
    return await choose(request, session) if request.method == "POST" else page(session)


def page(session: CheckoutSession, problem: str = "") -> web.Response:
    if session.status != "open":
        raise web.HTTPFound(session.success_url)
    if session.payment_intent:
        words, choices = "Your bank asks: is this payment yours?", {"yes": "Yes", "no": "No"}
    else:
        words = "Choose how the card behaves."
        choices = {name: label for name, (_, _, label) in CARDS.items()}
    buttons = "".join(
        f'<button name="choice" value="{name}">{label}</button>' for name, label in choices.items()
    )
    asked = f"Pay {session.amount_total / 100:.2f} {session.currency.upper()}"
    return web.Response(
        content_type="text/html",
        text=PAGE.format(
            title=asked if session.mode == "payment" else "Leave a payment method",
            problem=f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
            words=words, buttons=buttons, cancel=escape(session.cancel_url),
        ),
    )  # fmt: skip


async def choose(request: web.Request, session: CheckoutSession) -> web.Response:
    """A card, or the answer to the bank's question."""
    choice = str((await request.post()).get("choice", ""))
    try:
        if session.payment_intent:
            answer_bank(session, is_mine=choice == "yes")
        else:
            use_card(session, choice)
    except UserError as error:
        session.payment_intent = None
        return page(session, str(error.body["error"].get("message")))
    return page(session)


def use_card(session: CheckoutSession, choice: str) -> None:
    number, decline_code, _ = CARDS.get(choice, CARDS["good"])
    method = PaymentMethod(
        type="card",
        card={"number": number, "exp_month": "12", "exp_year": "2032", "cvc": "123"},
        metadata={"decline_code": decline_code} if decline_code else {},
    )
    PaymentMethod._api_attach(method.id, customer=session.customer)
    if session.mode == "setup":
        return finish(session)
    intent = PaymentIntent._api_create(
        amount=session.amount_total, currency=session.currency, customer=session.customer,
        payment_method=method.id, metadata=dict(session._noted), confirm=True,
    )  # fmt: skip
    if intent.status == "requires_action":
        session.payment_intent = intent.id
        return None
    return finish(session)


def answer_bank(session: CheckoutSession, *, is_mine: bool) -> None:
    intent = PaymentIntent._api_retrieve(session.payment_intent)
    PaymentIntent._api_authenticate(intent.id, client_secret=intent.client_secret, success=is_mine)
    if not is_mine:
        raise UserError(402, "The bank was told that this payment is not yours.")
    finish(session)


def finish(session: CheckoutSession) -> None:
    session.status = "complete"
    tell("checkout.session.completed", session)
