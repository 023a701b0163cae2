"""Make the sandbox's database where it is missing, bring its tables up to date, and copy the catalog."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from billing.gateways.sandbox import copy_catalog, in_sandbox, sandbox_database
from kernel.refusal import Refusal


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="Begin with an empty one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name = sandbox_database().settings_dict["NAME"]
            if options["fresh"]:
                self.forget(name)
            self.make(name)
            with in_sandbox():
                call_command("migrate", verbosity=0, interactive=False)
            rows = copy_catalog()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"The sandbox {name} is ready: {rows} rows of the catalog are in it.")

    def make(self, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")

    def forget(self, name: str) -> None:
        with connection.cursor() as cursor:
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
