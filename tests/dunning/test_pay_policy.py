"""What a browser may do on the page to pay: nothing but look, and go to the card page."""

from django.test import Client


def test_the_form_may_end_here_and_at_the_card_page_alone(db, settings):
    settings.STRIPE_CHECKOUT_ORIGIN = "https://checkout.stripe.com"
    settings.STRIPE_API_BASE = "http://127.0.0.1:4242/v1"

    policy = Client().get("/pay/nothing/")["Content-Security-Policy"]

    assert "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'" in policy
    assert "form-action 'self' https://checkout.stripe.com http://127.0.0.1:4242;" in policy
    assert "script-src" not in policy
