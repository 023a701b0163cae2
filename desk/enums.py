"""Choices of the desk's own tables."""

from django.db.models import TextChoices


class ScenarioArea(TextChoices):
    """What a release scenario is about; the order of the table."""

    SEATS = "seats", "Seats come and go"
    CORRECTIONS = "corrections", "Corrections and late news"
    TERMS = "terms", "Plans, anchors and month ends"
    TAX = "tax", "Tax"
    MONEY = "money", "Money and credit"


class CheckReason(TextChoices):
    DESK = "desk", "At the desk"
    COMMAND = "command", "Before a release"
    POLICY = "policy", "Before a policy"
    PRICE = "price", "Before a price"


class CheckState(TextChoices):
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"


class ScenarioOutcome(TextChoices):
    """How a scenario came out: as expected, otherwise, or it cannot be played at all."""

    PASSED = "passed", "As expected"
    DIFFERS = "differs", "Different"
    UNUSABLE = "unusable", "Unusable"
