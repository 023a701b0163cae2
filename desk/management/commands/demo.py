"""The demo: a believable company with fourteen months of events, told through the public API."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import override_settings
from django.utils import timezone
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from accounts.models import Customer
from billing.operations.measure_thresholds import measure_thresholds
from desk.demo.catalog import CATALOG_FROM
from desk.demo.close import close_past_months
from desk.demo.companies import STORY_STARTS
from desk.demo.directory import connect_directory
from desk.demo.exceptions import live_exceptions
from desk.demo.incidents import go_wrong
from desk.demo.invitations import invite_some
from desk.demo.moments import live_moments
from desk.demo.portal_people import let_people_in
from desk.demo.promises import check_promises, write_promises
from desk.demo.publish import (
    hire_staff,
    issue_demo_key,
    publish_catalog,
    publish_new_prices,
)
from desk.demo.returns import file_past_returns
from desk.demo.seat_requests import ask_for_seats
from desk.demo.stand_in import stand_in
from desk.demo.story import SEED, Story, clock_at
from desk.demo.tax import publish_exchange_rates, register_sellers
from desk.demo.webhooks import hear_by_webhook
from dunning.operations.set_up_campaigns import set_up_campaigns


class Command(BaseCommand):
    help = "Fill an empty database with the demo company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when customers exist"
        )
        parser.add_argument(
            "--days", type=int, help="tell only the first days of the story (for tests)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Customer.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("The database has customers. The demo fills only an empty one.")
        publish_catalog()
        publish_new_prices()
        sign_ins = hire_staff()
        last_day = timezone.now().date() - timedelta(days=1)
        register_sellers()
        publish_exchange_rates(Random(SEED), first=CATALOG_FROM, last=last_day)  # noqa: S311
        key = issue_demo_key()
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        notes = f"{sign_ins}\nAPI key for docs/api.md: export SEATLEDGER_KEY={key}\n"
        (settings.VAR_DIR / "demo-sign-ins.txt").write_text(notes)
        set_up_campaigns(at=datetime.combine(STORY_STARTS, time(), tzinfo=UTC))
        unsent = override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
        with stand_in(settings.STRIPE_STAND_IN_STATE) as box, unsent:
            story = Story(api_key=key, last_day=last_day, box=box)
            told_to = self.tell(story, options)
            with clock_at(told_to, time(14)):
                live_moments(till=story.till, last_day=told_to)
                go_wrong(client=story.client, at=timezone.now())
                people = let_people_in(story=story)
                ask_for_seats(at=timezone.now())
                invite_some(story=story)
                people += "\n" + connect_directory(story=story)
                hear_by_webhook(at=timezone.now())
        (settings.VAR_DIR / "demo-sign-ins.txt").write_text(f"{notes}\n{people}\n")
        measure_thresholds(at=timezone.now())
        file_past_returns(today=last_day)
        close_past_months(today=last_day)
        write_promises(at=timezone.now())
        check_promises(at=timezone.now())

    def tell(self, story: Story, options: dict[str, Any]) -> date:
        total = min(options["days"] or story.days, story.days)
        columns = (
            TextColumn("Demo: {task.fields[day]}"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns) as progress:
            task = progress.add_task("days", total=total, day="")
            for number, day in enumerate(story.tell(), 1):
                progress.update(task, completed=number, day=f"{day:%d %B %Y}")
                with clock_at(day, time(20)):
                    live_exceptions(days_left=total - number, at=timezone.now())
                if number >= total:
                    break
        self.stdout.write(f"Demo: {Customer.objects.count()} customers, {total} days.")
        return STORY_STARTS + timedelta(days=total - 1)
