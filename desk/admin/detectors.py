"""Admin of the detectors' limits: how far each looks back, and from where on it speaks."""

from django.contrib import admin

from accounts.admin.base import PeopleAdmin
from desk.models import DetectorRule


@admin.register(DetectorRule)
class DetectorRuleAdmin(PeopleAdmin):
    """Without a row, the defaults of docs/incidents.md hold."""

    list_display = ["detector", "is_on", "window_days", "at_least", "percent"]
