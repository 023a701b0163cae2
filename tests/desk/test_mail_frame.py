"""A mail is shown as it is sent: its own inline styles are allowed by hash, nothing else is."""

from django.http import HttpResponse
from django.urls import reverse

from desk.views.mail_frame import allow_styles_of, style_hash


def test_a_page_that_shows_a_mail_allows_its_styles_alone(as_role):
    answer = as_role("support").get(reverse("desk:recovery_template", args=["first_notice"]))

    styles = next(
        part.split()[1:]
        for part in answer["Content-Security-Policy"].split("; ")
        if part.startswith("style-src ")
    )
    assert "'unsafe-hashes'" in styles
    assert style_hash("max-width:560px;margin:0 auto;") in styles
    assert "'unsafe-inline'" not in styles


def test_without_a_mail_nothing_is_allowed():
    assert not hasattr(allow_styles_of(["<p>plain</p>"], HttpResponse()), "_csp_update")
