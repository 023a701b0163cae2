"""Celery: a task asked for in any thread goes to our broker, and the calendar names real tasks."""

from threading import Thread

from billing.tasks import tick
from config.celery import app


def test_a_request_in_another_thread_uses_our_broker():
    found = []
    thread = Thread(target=lambda: found.append(tick.app.main))
    thread.start()
    thread.join()

    assert found == ["seatledger"]


def test_every_entry_of_the_calendar_names_a_task():
    app.loader.import_default_modules()

    named = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert named <= set(app.tasks)
