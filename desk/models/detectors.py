"""Where each detector's limits are set by people; without a row its defaults hold."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from desk.enums import DetectorCode


class DetectorRule(models.Model):
    """
    How far a detector looks back and from where on it speaks.

    What `at_least` counts is the detector's own: hours, seats, or deviations (docs/incidents.md).
    """

    detector = models.CharField(max_length=20, choices=DetectorCode.choices, primary_key=True)
    is_on = models.BooleanField(default=True)
    window_days = models.PositiveSmallIntegerField()
    at_least = models.DecimalField(max_digits=10, decimal_places=2)
    percent = models.DecimalField(max_digits=7, decimal_places=2, default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["detector"]
        constraints = [
            models.CheckConstraint(
                name="detector_rule_window_is_1_to_400_days",
                condition=Q(window_days__range=(1, 400)),
            ),
            models.CheckConstraint(
                name="detector_rule_limits_are_not_negative",
                condition=Q(at_least__gte=0, percent__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.get_detector_display()
