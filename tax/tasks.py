"""What Celery does for tax: ask registers and Stripe Tax. The questions wait in PostgreSQL; a task may die."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tax.operations.ask_stripe_tax import ask_stripe_tax
from tax.operations.check_tax_ids import check_tax_ids


@shared_task
def ask_registers(**_added_later: object) -> int:
    """Each minute; where no register is configured, a person records what it says."""
    if not settings.VIES_URL:
        return 0
    return check_tax_ids(
        url=settings.VIES_URL,
        timeout_seconds=settings.VIES_TIMEOUT_SECONDS,
        at=timezone.now(),
    )


@shared_task
def ask_tax_engine(**_added_later: object) -> int:
    """Each minute: questions of sellers on Stripe Tax. Without a key they wait, held in sight."""
    if not settings.STRIPE_API_KEY:
        return 0
    return ask_stripe_tax(
        api_key=settings.STRIPE_API_KEY,
        api_base=settings.STRIPE_API_BASE,
        timeout_seconds=settings.STRIPE_TIMEOUT_SECONDS,
        at=timezone.now(),
    )
