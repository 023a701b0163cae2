"""Make a key for a product service. It is printed once and never again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.enums import ApiScope
from accounts.models import ApiClient
from accounts.operations.issue_api_key import issue_api_key


class Command(BaseCommand):
    help = "Create an API client and print its key, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what people call the service")
        parser.add_argument(
            "--scope", action="append", choices=ApiScope.values, required=True, help="repeatable"
        )
        parser.add_argument(
            "--sandbox", action="store_true", help="a key that meets the sandbox and nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        if ApiClient.objects.filter(name=name).exists():
            raise CommandError(f"A client “{name}” exists. Choose another name.")
        _, key = issue_api_key(name=name, scopes=options["scope"], is_sandbox=options["sandbox"])
        self.stdout.write(key)
