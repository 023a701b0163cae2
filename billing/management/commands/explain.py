"""Why an amount is what it is: from a number or id to everything behind it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from billing.management.trace_report import event_tree, print_lines
from billing.queries.find_subject import Subject, find_subjects
from billing.queries.trace import trace_event, trace_line, trace_lines

WIDTH_WITHOUT_TERMINAL = 160


class Command(BaseCommand):
    help = "Explain an invoice, a line (NUMBER/LINE or its id), an event or a ledger entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="INVOICE-NUMBER|NUMBER/LINE|LINE-ID|EVENT-ID|ENTRY-ID")

    def handle(self, *args: Any, **options: Any) -> None:
        subjects = find_subjects(options["name"].strip())
        if not subjects:
            raise CommandError(
                f"Nothing is known as “{options['name']}”. Give an invoice number, a line, an event "
                "as its source calls it, or an id.",
                returncode=2,
            )
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = WIDTH_WITHOUT_TERMINAL
        for subject in subjects:
            explain(console, subject)


def explain(console: Console, subject: Subject) -> None:
    if subject.invoice_id:
        print_lines(console, trace_lines(subject.invoice_id))
    elif subject.line_id:
        trace = trace_line(subject.line_id)
        print_lines(console, [trace] if trace else [])
    elif subject.event_id and (reach := trace_event(subject.event_id)):
        console.print(event_tree(reach))
