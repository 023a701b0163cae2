"""The desk's part of the admin."""

from desk.admin.detectors import DetectorRuleAdmin
from desk.admin.publishing import CheckedPriceAdmin, CheckedSeatPolicyAdmin

__all__ = ["CheckedPriceAdmin", "CheckedSeatPolicyAdmin", "DetectorRuleAdmin"]
