"""What time it is in the sandbox. Asked inside it alone."""

from datetime import datetime

from django.db.models import Max

from billing.models import InvoiceRun


def sandbox_time(*, real: datetime) -> datetime:
    """Where its clock was moved to, or real time once that has caught up. Its runs are its hands."""
    moved_to = InvoiceRun.objects.aggregate(to=Max("as_of"))["to"]
    return max(real, moved_to) if moved_to else real
