"""Two people's first day: one with an app on the phone, one with a passkey."""

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from config.content_security import directives
from config.sign_in import SignInEnvironment, providers
from tests.accounts.signin.conftest import Phone
from tests.accounts.signin.issuer import Issuer
from tests.browser.conftest import PASSWORD

AT_THE_DESK = re.compile(r"://[^/]+/desk/")


@pytest.fixture(autouse=True)
def _second_factor_required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.fixture
def door(browser, address, analyst):
    """A phone's browser that nobody has signed in with. Passkeys belong to a name, not to a number."""
    address = address.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    errors: list[str] = []
    page.on(
        "console",
        lambda one: (
            one.type == "error"
            and one.location["url"].startswith(address)
            and errors.append(one.text)
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def type_password(page):
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def sign_out(page):
    page.goto("/account/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in/**")


def test_an_app_is_added_on_the_first_day_and_asked_for_on_the_second(door):
    door.goto("/desk/invoices/")
    assert fits(door)
    type_password(door)
    door.get_by_role("link", name="Authenticator app").click()
    door.get_by_text("Type it instead").click()
    phone = Phone(door.locator("#totp-secret").inner_text())
    assert fits(door)

    door.get_by_label("Code the app shows").fill(phone.code())
    door.get_by_role("button", name="Add the app").click()
    codes = door.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    assert fits(door)
    door.get_by_role("link", name="I have kept them").click()
    door.wait_for_url("**/desk/invoices/")

    sign_out(door)
    type_password(door)
    door.get_by_label("Code").fill(codes[0])
    door.get_by_role("button", name="Continue").click()
    door.wait_for_url(AT_THE_DESK)


def test_a_passkey_is_added_and_from_then_on_opens_the_desk_alone(door, analyst):
    device = door.context.new_cdp_session(door)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    door.goto("/desk/customers/")
    type_password(door)
    door.get_by_role("link", name="Passkey or security key").click()
    door.get_by_label("Name, to tell it from others").fill("My phone")
    door.get_by_role("button", name="Add the passkey").click()
    door.get_by_role("link", name="I have kept them").click()
    door.wait_for_url("**/desk/customers/")

    sign_out(door)
    door.get_by_role("button", name="Sign in with a passkey").click()
    door.wait_for_url(AT_THE_DESK)
    door.goto("/account/")
    assert door.get_by_text("My phone").is_visible()
    assert fits(door)

    door.goto("/account/factors/webauthn/reauthenticate/?next=/desk/customers/")
    door.get_by_role("button", name="Use a passkey").click()
    door.wait_for_url("**/desk/customers/")
    used = analyst.authenticator_set.get(type="webauthn").last_used_at
    assert (timezone.now() - used).total_seconds() < 60


@pytest.fixture(scope="module")
def issuer():
    process = Issuer()
    yield process
    process.stop()


def test_a_company_account_opens_the_desk(door, issuer, settings):
    given = SignInEnvironment(
        oidc_issuer=issuer.address,
        oidc_name="Sign in with Example",
        oidc_client_id="seatledger",
        oidc_client_secret="a secret",
        oidc_domains=["example.com"],
    )
    settings.SOCIALACCOUNT_PROVIDERS = providers(given)
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer.address, given.oidc_name
    settings.OIDC_DOMAINS, settings.OIDC_SECOND_FACTOR_TRUSTED = given.oidc_domains, True
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(form_targets=[issuer.address])}
    User.objects.update(email="ana@example.com")
    issuer.knows("ana-1", email="ana@example.com", email_verified=True, amr=["mfa"])

    door.goto("/desk/invoices/")
    door.get_by_role("button", name="Sign in with Example").click()
    door.get_by_placeholder("sub").fill("ana-1")
    door.get_by_role("button", name="Authorize").click()

    door.wait_for_url("**/desk/invoices/")


def test_a_passkey_that_is_not_given_is_said_so_in_words(door):
    device = door.context.new_cdp_session(door)
    device.send("WebAuthn.enable")
    door.goto("/sign-in/")

    door.evaluate(
        "() => { navigator.credentials.get ="
        " () => Promise.reject(new DOMException('', 'NotAllowedError')) }"
    )
    door.get_by_role("button", name="Sign in with a passkey").click()

    door.get_by_text(re.compile("No passkey was used")).wait_for()
