"""Ask a worker to play a release check, once it is committed."""

from uuid import UUID

from accounts.operations.ask_worker import ask_worker


def send_check(*, run_id: UUID) -> None:
    """Without a broker the check stays where it is; its page can send it again."""
    ask_worker("desk.tasks.play_check", run_id=str(run_id))
