"""Run the detectors now: what is new opens incidents, what is known stays."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from desk.enums import DetectorCode
from desk.operations.detect_incidents import detect_incidents


class Command(BaseCommand):
    help = "Look for what went wrong and open incidents; runs daily by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only", action="append", default=[], choices=DetectorCode.values, help="repeatable"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for one in detect_incidents(at=timezone.now(), only=options["only"]):
            place = f", incident {one.incident_id}" if one.incident_id else ""
            self.stdout.write(f"{one.detector}: {one.found} found, {one.new} new{place}")
