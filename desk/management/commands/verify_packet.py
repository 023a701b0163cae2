"""Whether an evidence packet is what it was: from the file alone, on any machine, without a database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.calc.open_packet import BYTES_AT_MOST, NotAPacket
from desk.calc.verify_packet import Checked, verify_packet

FOUND_WRONG = 1
NOT_READABLE = 2


class Command(BaseCommand):
    """Exit codes: 0 the packet is sound, 1 something in it is wrong, 2 it is no packet or was refused."""

    help = (
        "Check an evidence packet (ZIP): files, ledger hashes and sums. Needs nothing but the file."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The ZIP file, as downloaded from the desk")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            checked = verify_packet(read(file))
        except NotAPacket as refused:
            raise CommandError(f"{file.name}: {refused}", returncode=NOT_READABLE) from refused
        self.tell(file, checked)
        if not checked.is_sound:
            count = len(checked.findings)
            words = "1 thing is wrong" if count == 1 else f"{count} things are wrong"
            raise CommandError(f"{file.name}: {words}.", returncode=FOUND_WRONG)
        self.stdout.write(self.style.SUCCESS(f"{file.name}: ok"))

    def tell(self, file: Path, checked: Checked) -> None:
        people = "persons under pseudonyms" if checked.is_redacted else "persons by name"
        self.stdout.write(f"Made {checked.made_at}, {people}.")
        self.stdout.write(
            f"Checked {checked.files} files, {checked.entries} ledger entries and {checked.lines} lines."
        )
        self.stdout.write(f"SHA-256 of its manifest: {checked.manifest_sha256}")
        for one in checked.findings:
            self.stdout.write(f"{one.code}: {one.words}")


def read(file: Path) -> bytes:
    """
    The file, if there is one of a sane size.

    :raises NotAPacket: if it cannot be read or is larger than any packet
    """
    try:
        if file.stat().st_size > BYTES_AT_MOST:
            raise NotAPacket("It is larger than any packet.")
        return file.read_bytes()
    except OSError as error:
        raise NotAPacket(f"It cannot be read ({error.strerror}).") from error
