"""The local date of an instant, where each row has a time zone of its own."""

from datetime import datetime

from django.db.models import DateField, DateTimeField, F, Func, Value
from django.db.models.functions import Cast


def local_day(at: datetime, *, zone: str) -> Cast:
    """For filters; `zone` names the field with the IANA name."""
    local = Func(F(zone), Value(at), function="timezone", output_field=DateTimeField())
    return Cast(local, DateField())
