"""Link a person to an identity of the company's issuer by hand, where the issuer verifies no addresses."""

from argparse import ArgumentParser
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.operations.record_audit import record_audit


class Command(BaseCommand):
    help = "Let an identity of the company's issuer sign in as a person here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="user name here")
        parser.add_argument("--subject", required=True, help="the issuer's `sub` of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError("Nobody active has this user name.")
        if SocialAccount.objects.filter(user=user, provider="company").exists():
            raise CommandError("This person is linked already. Unlink the company account first.")
        if SocialAccount.objects.filter(uid=options["subject"], provider="company").exists():
            raise CommandError("This identity is linked to somebody else.")
        SocialAccount.objects.create(user=user, provider="company", uid=options["subject"])
        record_audit(
            actor=None,
            action="identity_linked",
            subject_kind="user",
            subject_id=user.pk,
            label=user.get_username(),
            at=timezone.now(),
        )
        self.stdout.write(f"{user.get_username()} may sign in through the company's issuer.")
