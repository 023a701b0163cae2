"""Ask a worker for a task, once what it works on is committed."""

from contextlib import suppress

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError


def ask_worker(task: str, **said: str) -> None:
    """Without a broker nothing is sent: what waits stays in PostgreSQL until somebody asks again."""

    def send() -> None:
        with suppress(OperationalError):
            current_app.send_task(task, kwargs=said, retry=False)

    transaction.on_commit(send)
