"""What a request changed: gathered from histories, the log of the admin and rights, as they are written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save
from simple_history.signals import post_create_historical_record

GATHERED: ContextVar[list[dict[str, Any]] | None] = ContextVar("changes_of_request", default=None)
MOST_CHANGES = 50
KINDS = {"+": "created", "~": "changed", "-": "deleted"}


@contextmanager
def gathering() -> Iterator[list[dict[str, Any]]]:
    """Within, every change noticed is put into the list, at most MOST_CHANGES of them."""
    changes: list[dict[str, Any]] = []
    token = GATHERED.set(changes)
    try:
        yield changes
    finally:
        GATHERED.reset(token)


def gather(change: dict[str, Any]) -> None:
    changes = GATHERED.get()
    if changes is not None and len(changes) < MOST_CHANGES:
        changes.append(change)


def from_history(instance: Model, history_instance: Any, **_signal: Any) -> None:
    """Fields before and after, from the version before. One query."""
    if GATHERED.get() is None:
        return
    kind = KINDS[history_instance.history_type]
    change: dict[str, Any] = {
        "what": instance._meta.model_name, "id": str(instance.pk), "label": str(instance),
        "how": kind,
    }  # fmt: skip
    before = history_instance.prev_record if kind == "changed" else None
    if before is not None:
        delta = history_instance.diff_against(before, foreign_keys_are_objs=False)
        change["fields"] = {one.field: [one.old, one.new] for one in delta.changes}
    gather(change)


def from_admin_log(instance: LogEntry, created: bool, **_signal: Any) -> None:
    if created:
        gather(
            {
                "what": instance.content_type.model if instance.content_type else "",
                "id": instance.object_id or "",
                "label": instance.object_repr,
                "how": {1: "created", 2: "changed", 3: "deleted"}.get(instance.action_flag, ""),
                "message": instance.get_change_message(),
            }
        )


def from_rights(
    instance: Model, action: str, pk_set: set[Any] | None, model: type[Model], **_signal: Any
) -> None:
    """Roles of a person, permissions of a role: which were given and which taken."""
    if not action.startswith("post_") or GATHERED.get() is None:
        return
    names = [str(one) for one in model._base_manager.filter(pk__in=pk_set or ())]
    how = {"post_add": "given", "post_remove": "taken", "post_clear": "all taken"}[action]
    gather(
        {
            "what": instance._meta.model_name,
            "id": str(instance.pk),
            "label": str(instance),
            "how": how,
            "rights": sorted(names),
        }
    )


def watch() -> None:
    """Connect once, at the start of the web process."""
    post_create_historical_record.connect(from_history, dispatch_uid="trail-history")
    post_save.connect(from_admin_log, sender=LogEntry, dispatch_uid="trail-admin-log")
    for name, through in (
        ("roles", User.groups.through),
        ("permissions", User.user_permissions.through),
        ("role-permissions", Group.permissions.through),
    ):
        m2m_changed.connect(from_rights, sender=through, dispatch_uid=f"trail-{name}")
