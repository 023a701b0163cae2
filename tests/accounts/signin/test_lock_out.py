"""Guessing ends soon, tells nothing about who exists, and an administrator undoes it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.enums import SignInStep
from accounts.models import AuditEntry, SignInAttempt
from accounts.operations.count_sign_in_attempt import (
    Limits,
    SignInLocked,
    forgive_attempts,
    open_attempt,
    withdraw_attempt,
)
from tests.accounts.signin.conftest import PASSWORD, sign_in, type_code, type_password, words

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
LIMITS = Limits(per_name=3, per_address=5, window=timedelta(minutes=15))


def guess(name="ana", address="192.0.2.1", at=AT, step=SignInStep.PASSWORD):
    return open_attempt(name=name, address=address, step=step, limits=LIMITS, at=at)


def fail(client, times, name="ana"):
    for _ in range(times):
        answer = type_password(client, name, "a wrong password")
    return words(answer)


def test_a_name_is_locked_after_its_failures_and_free_again_after_the_window(db):
    for _ in range(3):
        guess()

    with pytest.raises(SignInLocked):
        guess(address="192.0.2.2")
    assert guess(name="ben")
    assert guess(at=AT + LIMITS.window)


def test_attempts_while_locked_do_not_prolong_the_lock(db):
    for _ in range(3):
        guess()
    for minute in range(1, 15):
        with pytest.raises(SignInLocked):
            guess(at=AT + timedelta(minutes=minute))

    assert guess(at=AT + LIMITS.window)


def test_an_address_is_locked_whatever_names_it_tries(db):
    for number in range(5):
        guess(name=f"name-{number}")

    with pytest.raises(SignInLocked):
        guess(name="another")
    assert guess(name="another", address="2001:db8::1")


def test_a_right_guess_takes_back_itself_and_not_the_failures_before(db):
    guess(), guess()
    withdraw_attempt(attempt_id=guess().pk)

    guess()
    with pytest.raises(SignInLocked):
        guess()


def test_forgiven_failures_do_not_count(db):
    guess(), guess(), guess(name="ANA ")

    assert forgive_attempts(name="Ana", at=AT) == 3
    assert guess()


def test_names_are_not_readable_in_the_table(db):
    guess(name="my secret password, typed too early")

    assert "password" not in SignInAttempt.objects.get().name_digest


def test_attempts_older_than_a_day_are_gone(db):
    guess()
    guess(name="ben", at=AT + timedelta(days=2))

    assert SignInAttempt.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"step": "smell"}, "sign_in_attempt_step_is_known"),
        ({"forgiven_by": True}, "sign_in_attempt_forgiven_by_needs_a_time"),
    ],
)
def test_the_table_refuses_nonsense(db, analyst, wrong, constraint):
    if "forgiven_by" in wrong:
        wrong = {"forgiven_by": analyst}
    row = {"name_digest": "0" * 64, "address": "192.0.2.1", "step": "code", "at": AT} | wrong

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SignInAttempt.objects.create(**row)


def test_the_right_password_is_refused_while_locked(client, phone):
    fail(client, 5)

    answer = type_password(client)

    assert "Too many attempts" in words(answer)
    assert "sign_in_locked" in AuditEntry.objects.values_list("action", flat=True)


def test_a_name_nobody_has_gets_the_same_answers_and_the_same_lock(client, analyst):
    known, unknown, off = Client(), Client(), Client()
    User.objects.create_user("off", password=PASSWORD, is_active=False)

    first = [fail(known, 1), fail(unknown, 1, "nobody"), words(type_password(off, "off"))]
    assert first[0].replace("ana", "x") == first[1].replace("nobody", "x")
    assert "These do not match" in first[2]
    fail(known, 4), fail(unknown, 4, "nobody")

    assert "Too many attempts" in fail(known, 1)
    assert "Too many attempts" in fail(unknown, 1, "nobody")


def test_codes_are_guesses_too_and_a_right_password_between_them_forgives_none(client, phone):
    for _ in range(5):
        type_password(client)
        type_code(client, "000000")

    type_password(client)
    answer = type_code(client, phone.code())

    assert "Too many attempts" in words(answer)
    assert client.get("/desk/customers/").status_code == 302


def test_signing_in_forgives(client, phone):
    fail(client, 4)
    sign_in(client, phone)

    assert "These do not match" in fail(Client(), 4)


def test_an_administrator_unlocks(client, phone, administrator):
    fail(client, 5)

    assert "ana may sign in again" in do(administrator, "unlock_sign_in")

    sign_in(client, phone)
    told = AuditEntry.objects.get(action="sign_in_unlocked")
    assert (told.actor_label, told.label) == ("alma", "ana")


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_get_no_more_judgments_than_in_a_row():
    start = Barrier(8)

    def one(number):
        start.wait()
        try:
            guess(address=f"192.0.2.{number}")
        except SignInLocked:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as threads:
        judged = sum(threads.map(one, range(8)))

    assert judged <= LIMITS.per_name


@pytest.fixture
def administrator(settings, db):
    settings.STAFF_SECOND_FACTOR = "optional"
    alma = User.objects.create_user("alma", is_staff=True)
    alma.groups.add(StaffRoleGroup.objects.get(name="administrator"))
    desk = Client()
    desk.force_login(alma)
    return desk


def do(administrator, action):
    ana = User.objects.get(username="ana")
    form = {"action": action, "_selected_action": [ana.pk]}
    return words(administrator.post("/admin/auth/user/", form, follow=True))


def test_an_administrator_removes_the_factors_of_a_lost_phone(
    client, phone, administrator, settings
):
    sign_in(client, phone)

    assert "no second factor now" in do(administrator, "remove_factors")

    settings.STAFF_SECOND_FACTOR = "required"
    assert client.get("/desk/customers/").url.startswith("/sign-in/")
    type_password(client)
    assert client.get("/desk/customers/").url.startswith("/account/second-factor/")
    assert AuditEntry.objects.get(action="factor_removed").label == "ana"


def test_an_administrator_signs_somebody_out_everywhere(client, phone, administrator):
    sign_in(client, phone)

    assert "signed out of 1 sessions" in do(administrator, "sign_out_everywhere")

    assert client.get("/desk/customers/").status_code == 302


def test_an_administrator_unlinks_a_company_account(analyst, administrator):
    SocialAccount.objects.create(user=analyst, provider="company", uid="ana-1")

    assert "linked to no company account" in do(administrator, "unlink_company")

    assert not SocialAccount.objects.exists()


def test_analysts_do_none_of_this(client, analyst, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    client.force_login(analyst)

    assert client.post("/admin/auth/user/", {"action": "unlock_sign_in"}).status_code == 403


def test_redis_is_not_asked(client, phone, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    fail(client, 5)

    assert "django.core.cache.backends.db" in settings.CACHES["default"]["BACKEND"]
    assert "Too many attempts" in words(type_password(client))
