"""What the database refuses of links and mails by which customers' people come in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.models import PortalMail, SignInLink
from accounts.operations.ask_sign_in_link import ask_sign_in_link
from accounts.operations.use_sign_in_link import use_sign_in_link

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def asked() -> SignInLink:
    User.objects.create_user("olga@acme.example", "olga@acme.example")
    ask_sign_in_link(email="olga@acme.example", at=NOW)
    return SignInLink.objects.get()


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("sign_in_link_token_is_unique", {}),
        ("sign_in_link_expires_after_it_was_asked_for", {"token_digest": "b", "expires_at": NOW}),
    ],
)
def test_a_link_is_of_one_token_and_has_a_life(asked, constraint, changed):
    values = {"user": asked.user, "token_digest": asked.token_digest, "asked_at": NOW}
    values |= {"expires_at": NOW + timedelta(minutes=15), **changed}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SignInLink.objects.create(**values)


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("portal_mail_kind_is_known", {"kind": "gossip"}),
        ("portal_mail_sent_says_when", {"state": "sent", "claimed_at": NOW}),
        ("portal_mail_being_sent_is_claimed", {"state": "sending"}),
        ("portal_mail_has_somebody_to_read_it", {"to": []}),
    ],
)
def test_a_mail_says_what_became_of_it(asked, constraint, changed):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PortalMail.objects.update(**changed)


def test_links_and_their_mails_are_forgotten_after_a_week(asked):
    ask_sign_in_link(email="olga@acme.example", at=NOW + timedelta(days=8))

    assert SignInLink.objects.get().asked_at == NOW + timedelta(days=8)
    assert PortalMail.objects.count() == 1


def test_using_one_link_ends_the_others_of_the_person(asked, monkeypatch):
    monkeypatch.setattr("secrets.token_urlsafe", lambda _length: "the-second-token")
    ask_sign_in_link(email="olga@acme.example", at=NOW)

    use_sign_in_link(token="the-second-token", at=NOW)

    assert SignInLink.objects.filter(used_at=None).count() == 0
