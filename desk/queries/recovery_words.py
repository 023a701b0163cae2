"""Recovery in plain words: decline codes, the rungs a case stands on, and what a step does."""

from dunning.calc.declines import sense_of

NO_CODE = "No code given"
DECLINES = {
    "account_closed": "The bank account is closed",
    "approve_with_id": "The bank could not authorize it",
    "authentication_not_handled": "The customer did not confirm it in time",
    "authentication_required": "The bank wants the customer to confirm it",
    "bank_account_restricted": "The bank account allows no debits",
    "call_issuer": "Declined; only the bank knows why",
    "card_not_supported": "The card cannot be used for this",
    "card_velocity_exceeded": "Over the card's limit for now",
    "currency_not_supported": "The card does not work in this currency",
    "debit_not_authorized": "The customer did not allow the debit",
    "do_not_honor": "Declined without a reason",
    "do_not_try_again": "Declined for good, without a reason",
    "expired_card": "The card has expired",
    "fraudulent": "The bank suspects fraud",
    "generic_decline": "Declined without a reason",
    "highest_risk_level": "Blocked as too risky",
    "incorrect_cvc": "The card's security code is wrong",
    "incorrect_number": "The card number is wrong",
    "insufficient_funds": "Not enough money in the account",
    "invalid_account": "The card's account does not exist",
    "invalid_cvc": "The card's security code is wrong",
    "invalid_expiry_month": "The card's expiry date is wrong",
    "invalid_expiry_year": "The card's expiry date is wrong",
    "invalid_mandate": "The mandate is not valid",
    "invalid_number": "The card number is wrong",
    "issuer_not_available": "The bank could not be reached",
    "lost_card": "The card was reported lost",
    "merchant_blacklist": "The bank blocks us",
    "new_account_information_available": "The card was replaced by another",
    "no_account": "The bank account does not exist",
    "not_permitted": "The payment is not permitted",
    "payment_intent_authentication_failure": "The customer did not confirm it",
    "payment_method_detached": "The customer took the card away",
    "pickup_card": "The card is blocked",
    "processing_error": "An error while it was processed",
    "reenter_transaction": "An error at the bank",
    "restricted_card": "The card is blocked for this",
    "revocation_of_all_authorizations": "The customer stopped all charges",
    "revocation_of_authorization": "The customer stopped this charge",
    "security_violation": "Declined for its security",
    "service_not_allowed": "The card cannot be used for this",
    "stolen_card": "The card was reported stolen",
    "stop_payment_order": "The customer stopped this charge",
    "testmode_decline": "A test card outside of tests",
    "transaction_not_allowed": "The card cannot be used for this",
    "try_again_later": "Declined for now, without a reason",
}
SENSES = {
    "never": "The same card is not charged again; the customer must give another.",
    "customer": "Only the customer can confirm it; it is not charged again by itself.",
    "pay_day": "It is tried again on a likely pay day.",
    "technical": "It is tried again soon, twice at most, then as after any decline.",
    "later": "It is tried again on another day, at another time.",
}
RUNGS = {
    "early": "First days",
    "banner": "Banner advised",
    "restrict_additions": "No new seats advised",
    "suspend": "Suspension advised",
    "write_off": "Write-off asked for",
    "paused": "Paused",
    "promised": "Promised",
    "handed_over": "With a person",
}
TEMPLATES = {
    "first_notice": "First notice",
    "reminder": "Reminder",
    "last_notice": "Last notice",
    "access_restricted": "No new seats",
    "access_suspended": "Access suspended",
    "confirm_payment": "Confirm the payment",
}
LEVELS = {
    "none": "Nothing advised",
    "banner": "Show a banner",
    "restrict_additions": "Add no new seats",
    "suspend": "Suspend access",
}
ENDINGS = {
    "write_off_request": "Ask for a write-off",
    "hand_over": "Hand over to a person",
}
LANGUAGES = {"en": "English", "de": "German"}


def decline_words(code: str) -> str:
    """A code this desk does not know yet is shown as words too."""
    return DECLINES.get(code, code.replace("_", " ").capitalize()) if code else NO_CODE


def sense_words(code: str) -> str:
    """What recovery does after a decline with this code."""
    return SENSES[sense_of(code)]


def template_words(template: str) -> str:
    return TEMPLATES.get(template, template.replace("_", " ").capitalize())


def step_words(key: str) -> str:
    """What a step does, from its key: "message:5:reminder" → "Write: reminder"; empty for none."""
    if not key:
        return ""
    kind, _, rest = key.partition(":")
    if kind == "retry":
        return retry_words(rest)
    if kind == "message":
        return f"Write: {message_name(rest).lower()}"
    if kind == "access":
        level = rest.partition(":")[2]
        return f"Advise: {LEVELS.get(level, level).lower()}"
    return "Ask a person to decide" if kind == "end" else key


def retry_words(rest: str) -> str:
    if rest.startswith("new:"):
        return "Charge the new way to pay"
    if rest.startswith("after:"):
        return "Charge the next invoice"
    return f"Charge again, retry {rest}"


def message_name(rest: str) -> str:
    """ "5:reminder", "confirm_payment:…" and "again:reminder:…" name their template."""
    parts = rest.split(":")
    return next((TEMPLATES[part] for part in parts if part in TEMPLATES), rest)
