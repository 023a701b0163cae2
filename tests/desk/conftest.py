"""Staff by role, and a small world to look at."""

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.test import Client

from config.celery import app as celery_app
from desk.operations import load_scenarios as shipped
from tests.desk import world

assert celery_app.main  # tasks a page starts go to the embedded Redis; nobody takes them here


@pytest.fixture
def catalog(db):
    return world.make_catalog()


@pytest.fixture
def subscription(catalog):
    return world.make_customer(catalog)


@pytest.fixture
def as_role(db):
    """A client signed in as a member of a staff role; None is staff without a role."""

    def sign_in(role: str | None) -> Client:
        user = User.objects.create_user(f"{role}-{User.objects.count()}", is_staff=True)
        if role:
            user.groups.add(StaffRoleGroup.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def nothing_shipped(monkeypatch, tmp_path):
    """Only the scenarios a test makes."""
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path)
    return tmp_path
