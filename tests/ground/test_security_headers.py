"""What every answer says to the browser, and what is refused before anything is read."""

import logging

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from config.content_security import directives
from config.doorway import MOST_BODY_BYTES
from config.log_masks import MaskingFormatter
from config.way_out import way_out
from desk.views.page import back_to

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
PLACES = [
    "/sign-in/",
    "/desk/",
    "/api/v1/openapi",
    "/pay/nothing/",
    "/nowhere/",
    "/webhooks/stripe",
]


def policy_of(answer):
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: words.split() for name, _, words in parts}


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_carries_the_headers(db, place):
    answer = Client().get(place)

    assert {name: answer[name] for name in ALWAYS} == ALWAYS
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("place", PLACES)
def test_every_answer_carries_a_policy_without_inline_code_or_eval(db, place):
    policy = policy_of(Client().get(place))

    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy.get("object-src", policy["default-src"]) == ["'none'"]
    assert policy.get("script-src", policy["default-src"]) in (["'self'"], ["'none'"])
    words = {word for part in policy.values() for word in part}
    assert not words & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "data:"} - {"data:"}


def test_a_nonce_serves_one_page_alone(db):
    first, second = (policy_of(Client().get("/sign-in/"))["style-src"] for _ in range(2))

    assert first[0] == second[0] == "'self'"
    assert first != second
    assert len(first) == len(second) == 2


def test_a_form_may_end_at_the_company_that_signs_people_in():
    policy = directives(form_targets=["https://id.example.com/realms/x", ""])

    assert policy["form-action"] == ["'self'", "https://id.example.com"]


def test_pages_with_personal_data_are_kept_by_nobody(db, as_staff):
    for place in ("desk:customers", "desk:invoices", "desk:customers_csv"):
        assert as_staff.get(reverse(place))["Cache-Control"] == "no-store, private"


@override_settings(SECURE_SSL_REDIRECT=True)
def test_machines_that_talk_in_the_clear_are_refused_and_people_are_led_to_https(db):
    machine, person = Client().get("/api/v1/invoices"), Client().get("/desk/")

    assert (machine.status_code, machine.json()["code"]) == (403, "https_required")
    assert (person.status_code, person.url) == (301, "https://testserver/desk/")


def test_a_body_that_is_too_large_is_refused_unread(db):
    answer = Client().generic("POST", "/sign-in/", b"x", CONTENT_LENGTH=MOST_BODY_BYTES + 1)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@override_settings(SECURITY_CONTACT="mailto:security@example.com")
def test_whom_to_tell_of_a_weakness(db):
    answer = Client().get("/.well-known/security.txt")

    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@example.com"
    assert lines["Canonical"].endswith("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_without_a_contact_there_is_no_such_page(db):
    assert Client().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("GET /pay/abc.def-1/ 503", "GET /pay/…/ 503"),
        ("Authorization: Bearer sl_abcdefgh12345678", "Authorization: Bearer …"),
        ("key sk_live_abcdefgh12345678 refused", "key sk_live_… refused"),
        ("secret whsec_abcdefgh12345678", "secret whsec_…"),
        ("password=hunter22&user=ana", "password=…&user=ana"),
        ('{"token": "abc"}', '{"token": "…"}'),
        ("a\nINFO forged entry", "a\\nINFO forged entry"),
        ("bell\x07 and \x1b[31mred", "bell� and �[31mred"),
        ("Invoice SL-000042 was finalized.", "Invoice SL-000042 was finalized."),
    ],
)
def test_the_log_keeps_no_secret_and_no_forged_line(line, written):
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", (line,), None)

    assert MaskingFormatter("{message}", style="{").format(record) == written


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "desk/",
        "",
    ],
)
def test_a_form_never_leads_away_from_us(place):
    request = RequestFactory().post("/desk/", {"back": place})

    assert back_to(request, "/desk/") == "/desk/"


@pytest.mark.parametrize(
    "template",
    ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "trail_unavailable.html"],
)
def test_error_pages_are_in_our_look_and_lead_only_staff_to_the_desk(template):
    pages = {way: render_to_string(template, {"way": way}) for way in ("desk", "portal", "")}

    assert all("desk/plain.css" in page for page in pages.values())
    assert {way: '"/desk/' in page for way, page in pages.items()} == {
        "desk": True, "portal": False, "": False,
    }  # fmt: skip
    assert '"/portal/"' in pages["portal"]


@pytest.mark.parametrize(("is_staff", "place"), [(True, "/desk/"), (False, "/portal/"), (None, "")])
def test_who_meets_an_error_is_led_back_to_where_they_belong(db, is_staff, place):
    client = Client(raise_request_exception=False)
    if is_staff is not None:
        client.force_login(User.objects.create_user("ana", is_staff=is_staff))

    page = client.get("/nowhere/").content.decode()

    assert [one for one in ("/desk/", "/portal/") if f'"{one}' in page] == [place][: bool(place)]


def test_without_a_database_nobody_is_led_anywhere():
    def away():
        raise OperationalError("the server closed the connection")

    request = RequestFactory().get("/desk/")
    request.user = SimpleLazyObject(away)

    assert way_out(request) == ""


def test_a_form_without_its_token_gets_our_page(db):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {})

    assert answer.status_code == 403
    assert b"Open the page again" in answer.content


@pytest.mark.parametrize("place", ["/api/v1/invoices", "/desk/", "/sign-in/"])
def test_no_other_origin_is_let_in(db, place):
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    for answer in (Client().get(place, headers=origin), Client().options(place, headers=origin)):
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize(
    "place", ["/.git/config", "/static/", "/static/../config/settings.py", "/manage.py", "/.env"]
)
def test_nothing_of_the_repository_is_served(db, place):
    assert Client().get(place).status_code == 404


@pytest.mark.parametrize("place", ["/", "/desk/customers/", "/admin/", "/api/v1/invoices"])
def test_trace_is_not_answered(db, place):
    assert Client().generic("TRACE", place).status_code == 405


def test_signing_out_clears_what_the_browser_kept(db, as_staff):
    assert as_staff.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache"'


@pytest.fixture
def as_staff(db, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root"))
    return client
