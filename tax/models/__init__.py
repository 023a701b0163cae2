"""Tax as dated facts: sellers and their registrations, rates, evidence, checklists and returns."""

from tax.models.calculations import TaxCalculation
from tax.models.evidence import ExemptionCertificate, LocationEvidence, TaxIdCheck
from tax.models.facts import (
    ExchangeRate,
    RegistrationThreshold,
    Taxability,
    TaxRate,
    TaxTerritory,
)
from tax.models.market import MarketChecklist
from tax.models.registration import TaxRegistration
from tax.models.returns import TaxReturn
from tax.models.seller import BillingEntity, SellerAssignment
from tax.models.thresholds import ThresholdPosition

__all__ = [
    "BillingEntity",
    "ExchangeRate",
    "ExemptionCertificate",
    "LocationEvidence",
    "MarketChecklist",
    "RegistrationThreshold",
    "SellerAssignment",
    "TaxCalculation",
    "TaxIdCheck",
    "TaxRate",
    "TaxRegistration",
    "TaxReturn",
    "TaxTerritory",
    "Taxability",
    "ThresholdPosition",
]
