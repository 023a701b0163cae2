"""Who is parked when a step breaks: the subject that broke it, never one that met a lost connection."""

import gc
from uuid import UUID

import pytest
from django.db import OperationalError, connection

from billing.models import StageRefusal
from billing.operations.push_flow import push_flow
from kernel.stage import Stage, StageOutcome
from tests.seatworld import START

KEY = UUID("01a1fd35-a243-7c4c-82f7-88f4e6c60dbe")


def stage_that(statement: str) -> Stage:
    """One key waits until it is refused; its step runs the statement."""

    def waiting(*, at, limit):
        return [] if StageRefusal.objects.filter(subject_id=KEY).exists() else [KEY]

    def step(*, keys, at):
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return StageOutcome(passed=len(keys), refused=0)

    return Stage(
        name="rate", waits_as="", writes="", once_because="", waiting=waiting,
        waiting_count=lambda at: (0, None), step=step, chunk=10,
    )  # fmt: skip


def test_a_subject_that_breaks_its_step_is_parked_with_what_went_wrong(transactional_db):
    push_flow(stages=[stage_that("SELECT 1/0")], at=START)

    refusal = StageRefusal.objects.get()
    assert (refusal.subject_id, refusal.code) == (KEY, "unexpected_error")
    assert "division by zero" in refusal.message
    assert gc.isenabled()


def test_a_lost_connection_ends_the_hand_and_parks_nobody(transactional_db):
    stage = stage_that("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        push_flow(stages=[stage], at=START)

    assert not StageRefusal.objects.exists()


def test_a_subject_whose_statement_takes_too_long_is_parked(transactional_db):
    statement = "SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)"

    push_flow(stages=[stage_that(statement)], at=START)

    assert "timeout" in StageRefusal.objects.get().message
