"""Single sign-on, against a provider that runs as a process of its own."""

import socket
import time
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.enums import StaffRole
from accounts.models import AuditEntry
from config.sign_in import SignInEnvironment, providers
from tests.accounts.signin.conftest import Phone, type_code, words
from tests.accounts.signin.issuer import Issuer, with_changes

GROUPS = {"finance": StaffRole.ANALYST, "finance-leads": StaffRole.APPROVER}


@pytest.fixture(scope="module")
def process():
    issuer = Issuer()
    yield issuer
    issuer.stop()


@pytest.fixture
def issuer(process, settings, db):
    given = SignInEnvironment(
        oidc_issuer=process.address,
        oidc_client_id="seatledger",
        oidc_client_secret="a secret",
        oidc_domains=["example.com"],
    )
    settings.SOCIALACCOUNT_PROVIDERS = providers(given)
    settings.OIDC_ISSUER = process.address
    settings.OIDC_DOMAINS = given.oidc_domains
    settings.OIDC_GROUP_ROLES = {}
    settings.STAFF_SECOND_FACTOR = "optional"
    process.knows("ana-1", email="ana@example.com", email_verified=True, groups=["finance"])
    return process


def is_in(client) -> bool:
    return client.get("/desk/customers/").status_code == 200


def reasons() -> list[str]:
    told = AuditEntry.objects.filter(action="sign_in_refused").order_by("sequence")
    return [one.detail["reason"] for one in told]


def test_a_verified_address_that_is_one_persons_signs_in_and_is_linked(client, issuer, analyst):
    answer = issuer.sign_in(client, "ana-1")

    assert (answer.status_code, answer.url) == (302, "/")
    assert is_in(client)
    assert SocialAccount.objects.get(user=analyst).uid == "ana-1"
    told = AuditEntry.objects.values_list("action", flat=True)
    assert {"identity_linked", "signed_in"} <= set(told)


def test_the_next_time_the_identity_counts_and_not_the_address(client, issuer, analyst):
    issuer.sign_in(client, "ana-1")
    issuer.knows("ana-1", email="ana.new@example.com")

    other = Client()
    issuer.sign_in(other, "ana-1")

    assert is_in(other)


def test_the_page_asked_for_is_the_page_one_gets(client, issuer, analyst):
    address = issuer.asked(client, follow="/desk/invoices/?q=a")

    answer = client.get(issuer.agrees(address, "ana-1"))

    assert answer.url == "/desk/invoices/?q=a"


def test_the_question_carries_state_nonce_and_pkce_and_nothing_the_browser_adds(client, issuer):
    address = client.post(
        "/sign-in/with/company/?process=login&scope=admin&auth_params=prompt%3Dnone"
    )["Location"]

    asked = parse_qs(urlsplit(address).query)
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "stranger@example.com", "email_verified": True}, "person_unknown"),
        ({"email": "ana@example.com", "email_verified": False}, "person_unknown"),
        ({"email": "ana@example.com"}, "person_unknown"),
        ({"email": "ana@example.org", "email_verified": True}, "person_outside_domains"),
        ({"email_verified": True}, "person_outside_domains"),
    ],
)
def test_people_nobody_here_knows_are_refused_and_not_made(client, issuer, analyst, claims, reason):
    issuer.knows("somebody", **claims)

    answer = issuer.sign_in(client, "somebody")

    assert answer.status_code == 403
    assert "Sign-in refused" in words(answer)
    assert reasons() == [reason]
    assert not is_in(client)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_an_address_that_two_people_have_is_nobodys(client, issuer, analyst):
    User.objects.create_user("twin", "ANA@example.com")

    assert issuer.sign_in(client, "ana-1").status_code == 403
    assert reasons() == ["person_unknown"]


def test_an_address_given_to_somebody_else_at_the_issuer_opens_nothing(client, issuer, analyst):
    issuer.sign_in(Client(), "ana-1")
    issuer.knows("ana-2", email="ana@example.com", email_verified=True)

    assert issuer.sign_in(client, "ana-2").status_code == 403
    assert reasons() == ["identity_taken"]


def test_a_person_switched_off_is_refused(client, issuer, analyst):
    analyst.is_active = False
    analyst.save()

    assert issuer.sign_in(client, "ana-1").status_code == 403
    assert reasons() == ["person_deactivated"]


def test_a_state_of_another_browser_is_refused(client, issuer, analyst):
    address = issuer.agrees(issuer.asked(client), "ana-1")
    other = Client()
    issuer.asked(other)

    assert other.get(address).status_code == 401
    assert client.get(with_changes(address, state="x" * 16)).status_code == 401
    assert not is_in(other)
    assert not is_in(client)


def test_an_answer_is_taken_once(client, issuer, analyst):
    address = issuer.agrees(issuer.asked(client), "ana-1")
    client.get(address)
    client.post("/sign-out/")

    assert client.get(address).status_code == 401
    assert not is_in(client)


def test_a_token_with_another_nonce_is_refused(client, issuer, analyst):
    address = with_changes(issuer.asked(client), nonce="of-another-sign-in")

    assert client.get(issuer.agrees(address, "ana-1")).status_code == 401
    assert not is_in(client)


def test_an_answer_that_names_another_issuer_is_refused(client, issuer, analyst):
    address = issuer.agrees(issuer.asked(client), "ana-1")

    answer = client.get(with_changes(address, iss="https://evil.example"))

    assert answer.status_code == 401
    assert not is_in(client)


def test_a_token_of_another_issuer_is_refused(client, issuer, analyst):
    issuer.knows("ana-1", email="ana@example.com", email_verified=True, iss="https://evil.example")

    assert issuer.sign_in(client, "ana-1").status_code == 401
    assert not is_in(client)


def test_an_issuer_that_calls_itself_otherwise_is_refused(client, issuer, analyst, settings):
    address = issuer.agrees(issuer.asked(client), "ana-1")
    settings.OIDC_ISSUER = f"http://127.0.0.1:{issuer.port}"

    assert client.get(address).status_code == 401
    assert not is_in(client)


def test_an_issuer_that_does_not_answer_is_said_so(client, issuer, settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    given = SignInEnvironment(
        oidc_issuer=address,
        oidc_client_id="seatledger",
        oidc_client_secret="a secret",
        oidc_domains=["example.com"],
    )
    settings.SOCIALACCOUNT_PROVIDERS = providers(given)

    answer = client.post("/sign-in/with/company/?process=login")

    assert answer.status_code == 401
    assert "did not answer as it should" in words(answer)
    assert AuditEntry.objects.get(action="sign_in_failed").detail["reason"] == "ConnectionError"


def test_a_code_of_another_sign_in_is_refused(client, issuer, analyst):
    mine = issuer.agrees(issuer.asked(client), "ana-1")
    other = Client()
    theirs = issuer.agrees(issuer.asked(other), "ana-1")
    stolen = parse_qs(urlsplit(theirs).query)["code"][0]

    assert client.get(with_changes(mine, code=stolen)).status_code == 401
    assert not is_in(client)


def test_canceling_there_signs_nobody_in(client, issuer, analyst):
    address = issuer.asked(client)
    back = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=5)
    place = urlsplit(back.headers["Location"])
    state = parse_qs(urlsplit(address).query)["state"][0]

    answer = client.get(f"{place.path}?error=access_denied&state={state}", follow=True)

    assert "Sign-in canceled" in words(answer)


def test_groups_give_roles_and_a_group_taken_away_takes_its_role(client, issuer, settings, analyst):
    settings.OIDC_GROUP_ROLES = GROUPS
    issuer.knows(
        "ana-1", email="ana@example.com", email_verified=True, groups=["finance-leads", "other"]
    )
    issuer.sign_in(client, "ana-1")
    assert roles(analyst) == ["approver"]
    told = AuditEntry.objects.get(action="role_changed")
    assert told.detail == {"given": ["approver"], "taken": ["analyst"]}

    issuer.knows("ana-1", email="ana@example.com", email_verified=True, groups=["finance"])
    issuer.sign_in(Client(), "ana-1")

    assert roles(analyst) == ["analyst"]


def test_without_a_group_the_person_is_refused_and_signed_out_everywhere(
    client, issuer, settings, analyst
):
    settings.OIDC_GROUP_ROLES = GROUPS
    issuer.sign_in(client, "ana-1")
    assert is_in(client)
    issuer.knows("ana-1", email="ana@example.com", email_verified=True, groups=[])

    answer = issuer.sign_in(Client(), "ana-1")

    assert answer.status_code == 403
    assert reasons() == ["person_without_role"]
    assert roles(analyst) == []
    assert not is_in(client)


def roles(user) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def test_a_second_factor_is_asked_here_too(client, issuer, settings, analyst):
    settings.STAFF_SECOND_FACTOR = "required"
    phone = Phone.given_to(analyst)

    answer = issuer.sign_in(client, "ana-1")

    assert answer.url == "/account/factors/authenticate/"
    type_code(client, phone.code())
    assert is_in(client)


def test_who_has_none_enrolls_right_away(client, issuer, settings, analyst):
    settings.STAFF_SECOND_FACTOR = "required"
    issuer.sign_in(client, "ana-1")
    assert client.get("/desk/customers/").url.startswith("/account/second-factor/")

    page = client.get("/account/factors/totp/activate/")
    phone = Phone(page.context["form"].secret)
    client.post("/account/factors/totp/activate/", {"code": phone.code()})

    assert is_in(client)


@pytest.mark.parametrize(("methods", "enough"), [(["pwd", "mfa"], True), (["pwd"], False)])
def test_a_factor_proved_there_is_believed_only_if_settings_and_token_say_so(
    client, issuer, settings, analyst, methods, enough
):
    settings.STAFF_SECOND_FACTOR = "required"
    settings.OIDC_SECOND_FACTOR_TRUSTED = True
    issuer.knows("ana-1", email="ana@example.com", email_verified=True, amr=methods)

    issuer.sign_in(client, "ana-1")

    assert is_in(client) == enough


def test_only_signing_in_is_done_this_way(issuer, analyst, settings):
    client = Client()
    client.force_login(analyst)
    issuer.knows("evil", email="evil@example.com", email_verified=True)
    address = client.post("/sign-in/with/company/?process=connect")["Location"]

    answer = client.get(issuer.agrees(address, "evil"))

    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_a_link_made_by_hand_needs_no_verified_address(client, issuer, analyst):
    issuer.knows("ana-1", email="ana@example.com")
    call_command("link_identity", user="ana", subject="ana-1", stdout=StringIO())

    issuer.sign_in(client, "ana-1")

    assert is_in(client)


@pytest.mark.parametrize(
    ("user", "subject", "words"),
    [
        ("nobody", "x", "Nobody active"),
        ("ana", "x", "linked already"),
        ("ben", "ana-1", "somebody else"),
    ],
)
def test_links_by_hand_are_one_to_one(analyst, user, subject, words):
    User.objects.create_user("ben")
    SocialAccount.objects.create(user=analyst, provider="company", uid="ana-1")

    with pytest.raises(CommandError, match=words):
        call_command("link_identity", user=user, subject=subject)


def test_whoever_has_only_the_issuer_is_asked_there_again(client, issuer, settings, analyst):
    settings.ROOT_URLCONF = "tests.accounts.signin.test_step_up"
    analyst.set_unusable_password()
    analyst.save()
    now = int(time.time())
    vouched = {"email": "ana@example.com", "email_verified": True}
    issuer.knows("ana-1", **vouched, auth_time=now - 3600)
    issuer.sign_in(client, "ana-1")

    asked = client.get("/desk/large/")
    assert asked.url == "/sign-in/with/company/?process=login&again=1&next=%2Fdesk%2Flarge%2F"
    assert client.get(asked.url).status_code == 200
    there = client.post(asked.url)["Location"]
    query = parse_qs(urlsplit(there).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    client.get(issuer.agrees(there, "ana-1"))
    assert client.get("/desk/large/").status_code == 302, "it did not ask the person again"

    issuer.knows("ana-1", **vouched, auth_time=now)
    back = client.get(issuer.agrees(client.post(asked.url)["Location"], "ana-1"))

    assert back.url == "/desk/large/"
    assert client.get("/desk/large/").content == b"done"


def test_without_an_issuer_there_is_no_such_door(client, db):
    assert client.get("/sign-in/with/company/").status_code == 404
    assert client.get("/sign-in/with/company/callback/").status_code == 404
    assert "Company account" not in words(client.get("/sign-in/"))


def test_the_sign_in_page_offers_it(client, issuer):
    assert "Company account" in words(client.get("/sign-in/"))
