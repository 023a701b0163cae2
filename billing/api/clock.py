"""What time a request is answered at: now, and in the sandbox whatever its clock tells."""

from datetime import datetime

from django.utils import timezone
from rest_framework.request import Request

from billing.api.authentication import caller
from billing.queries.sandbox_clock import sandbox_time


def time_of(request: Request) -> datetime:
    real = timezone.now()
    return sandbox_time(real=real) if caller(request).is_sandbox else real
