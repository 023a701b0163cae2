"""The demo's plans keep what their scenarios promise."""

import pytest
from django.utils import timezone

from desk.demo.promises import PROMISES, check_promises, write_promises
from desk.demo.publish import hire_staff, publish_catalog, publish_new_prices
from desk.models import ReleaseCheckRun


@pytest.mark.usefixtures("db", "nothing_shipped")
def test_every_promise_of_the_demos_plans_is_kept(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    publish_catalog()
    publish_new_prices()
    hire_staff()

    write_promises(at=timezone.now())
    check_promises(at=timezone.now())

    run = ReleaseCheckRun.objects.get()
    assert [one.differences for one in run.results.all() if one.differences] == []
    assert run.passed == len(PROMISES)
