"""Emptying the database, as tests of transactions do, leaves the published facts in place."""

import pytest
from django.core.management import call_command

from tax.models import RegistrationThreshold, Taxability, TaxRate, TaxTerritory

pytestmark = pytest.mark.django_db(transaction=True)


def test_published_facts_stand_again_after_a_flush():
    models = (TaxRate, Taxability, RegistrationThreshold, TaxTerritory)
    before = [model.objects.count() for model in models]

    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=False)

    assert min(before) > 0
    assert [model.objects.count() for model in models] == before
