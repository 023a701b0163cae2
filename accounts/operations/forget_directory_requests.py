"""Remove the lines of what directories asked, once nobody looks for them any more; the trail stays."""

from datetime import datetime, timedelta

from accounts.models import DirectoryRequest

KEPT = timedelta(days=90)


def forget_directory_requests(*, at: datetime) -> int:
    """How many were older than 90 days."""
    gone, _ = DirectoryRequest.objects.filter(asked_at__lt=at - KEPT).delete()
    return gone
