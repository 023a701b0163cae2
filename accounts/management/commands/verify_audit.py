"""Verify the audit trail: what each entry says and its link, from the first to the head."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import AuditEntry, AuditHead
from accounts.operations.verify_audit import verify_audit


class Command(BaseCommand):
    help = "Walk the hash chain of the trail; exit 1 naming the first broken entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="start behind this entry")
        parser.add_argument("--digest", default="", help="digest noted of that entry, to compare")

    def handle(self, *args: Any, **options: Any) -> None:
        after, digest = options["after"], options["digest"]
        if after:
            found = AuditEntry.objects.filter(sequence=after).values_list("digest", flat=True)
            if not found:
                raise CommandError(f"There is no entry {after}.", returncode=2)
            if digest and found[0] != digest:
                raise CommandError(f"Entry {after} has another digest than was noted.")
            digest = found[0]
        broken = verify_audit(after=after, digest=digest)
        if broken:
            raise CommandError(str(broken))
        head = AuditHead.objects.first() or AuditHead()
        self.stdout.write(
            f"{head.sequence - after} entries are whole. Note the head: {head.sequence} {head.digest}"
        )
