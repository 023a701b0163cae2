"""Ask a worker to play a release check, once it is committed."""

from contextlib import suppress
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError


def send_check(*, run_id: UUID) -> None:
    """Without a broker the check stays where it is; its page can send it again."""

    def send() -> None:
        with suppress(OperationalError):
            current_app.send_task(
                "desk.tasks.play_check", kwargs={"run_id": str(run_id)}, retry=False
            )

    transaction.on_commit(send)
