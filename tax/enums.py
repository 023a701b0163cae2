"""The closed vocabularies of tax."""

from django.db.models import TextChoices


class TaxEngine(TextChoices):
    BUILTIN = "builtin", "Built in"
    STRIPE = "stripe", "Stripe Tax"
    NONE = "none", "None: no tax is determined"


class UnverifiedTaxId(TextChoices):
    HOLD = "hold", "Hold the invoice"
    CHARGE = "charge", "Charge tax as for a consumer"


class MissingLocalRate(TextChoices):
    HOLD = "hold", "Hold the invoice"
    STATE_ONLY = "state_only", "Charge the state's rate alone and say so"


class TaxScheme(TextChoices):
    LOCAL = "local", "Local registration"
    OSS_UNION = "oss_union", "EU One Stop Shop, Union scheme"
    OSS_NON_UNION = "oss_non_union", "EU One Stop Shop, non-Union scheme"
    VOEC = "voec", "Norway VOEC"
    SIMPLIFIED = "simplified", "Simplified registration"


class FilingFrequency(TextChoices):
    MONTHLY = "monthly", "Monthly"
    TWO_MONTHLY = "two_monthly", "Every two months"
    QUARTERLY = "quarterly", "Quarterly"
    FOUR_MONTHLY = "four_monthly", "Every four months"
    HALF_YEARLY = "half_yearly", "Half-yearly"
    ANNUAL = "annual", "Annual"


class BuyerKind(TextChoices):
    ANY = "any", "Any"
    BUSINESS = "business", "Business"
    CONSUMER = "consumer", "Consumer"


class TaxabilityAnswer(TextChoices):
    TAXABLE = "taxable", "Taxable"
    NOT_TAXABLE = "not_taxable", "Not taxable"
    UNSURE = "unsure", "Sources disagree: ask an adviser"


class ThresholdPeriod(TextChoices):
    CALENDAR = "calendar", "This or the last calendar year"
    ROLLING_12 = "rolling_12", "Last 12 months"
    FOUR_QUARTERS = "four_quarters", "Previous four quarters"


class ThresholdState(TextChoices):
    REGISTERED = "registered", "Registered"
    BELOW = "below", "Below"
    NEAR = "near", "Close to it"
    CROSSED = "crossed", "Crossed without a registration"


class ThresholdCounts(TextChoices):
    ALL = "all", "All sales"
    CONSUMERS = "consumers", "Sales to consumers"
    WORLDWIDE = "worldwide", "Worldwide turnover"


class SourceGrade(TextChoices):
    OFFICIAL = "A", "A: two sources agree, or an official text was read"
    SECONDARY = "B", "B: one secondary source"
    GENERAL = "C", "C: general knowledge, look it up before relying on it"


class EvidenceKind(TextChoices):
    BILLING_ADDRESS = "billing_address", "Billing address"
    TAX_ID = "tax_id", "Tax id"
    CARD_COUNTRY = "card_country", "Country of the card"
    DECLARED_PLACE = "declared_place", "Declared place of use"
    GST_STATEMENT = "gst_statement", "Statement that it is registered for GST"


class TaxIdCheckState(TextChoices):
    PENDING = "pending", "Waiting for the register"
    VALID = "valid", "Valid"
    INVALID = "invalid", "Not valid"


class TaxIdRegister(TextChoices):
    VIES = "vies", "VIES"
    BY_HAND = "by_hand", "Looked up by hand"
    FORM = "form", "Check digits only"


class CalculationState(TextChoices):
    PENDING = "pending", "Waiting for Stripe"
    ANSWERED = "answered", "Answered"


class CertificateKind(TextChoices):
    EXEMPTION = "exemption", "Exemption"
    RESALE = "resale", "Resale"


class TaxDue(TextChoices):
    DUE = "due", "Tax is due there"
    BUSINESSES_ONLY = "businesses_only", "Only businesses buy, and owe the tax themselves"
    BELOW_THRESHOLD = "below_threshold", "Below the registration threshold"
    NOT_DUE = "not_due", "No tax is due there"


class ReturnKind(TextChoices):
    TAX_RETURN = "tax_return", "Tax return"
    SALES_LIST = "sales_list", "EC sales list"


class TaxTreatment(TextChoices):
    DOMESTIC = "domestic", "Domestic"
    REVERSE_CHARGE = "reverse_charge", "Reverse charge"
    EU_CONSUMER = "eu_consumer", "EU consumer, One Stop Shop"
    DESTINATION = "destination", "Charged where the customer is"
    OUTSIDE_SCOPE = "outside_scope", "Outside the scope"
    EXEMPT = "exempt", "Exempt by certificate"
    NOT_TAXABLE = "not_taxable", "Not taxable there"
    NOT_REGISTERED = "not_registered", "No obligation to register there"
    NOT_DETERMINED = "not_determined", "Not determined: the seller has no tax engine"
