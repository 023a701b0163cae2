"""
What a decline code means for trying again, and how often a card may be tried.

Codes are Stripe's (https://docs.stripe.com/declines/codes, grade A: the gateway's own page).

Network limits: Visa counts as excessive every further try after the 15th within 30 days, and any try
after a "will never approve" answer (https://www.payway.com/visa-excessive-reattempts-rule-fees and
https://history.paypal.com/us/brc/article/avoid-excessive-retries-penalties); Mastercard more than 10
declines a day or 35 in 30 days for one card, and any try after the advice not to try again
(https://developers.tabapay.com/docs/excessive-retry-rules). Grade B: acquirers' pages that agree with
each other, not the networks' own rule books, which are not public. The caps below stay well within.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

Sense = Literal["never", "customer", "pay_day", "technical", "later"]

NEVER = frozenset(
    {
        "lost_card",
        "stolen_card",
        "pickup_card",
        "fraudulent",
        "invalid_account",
        "merchant_blacklist",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stop_payment_order",
        "security_violation",
        "service_not_allowed",
        "transaction_not_allowed",
        "card_not_supported",
        "currency_not_supported",
        "not_permitted",
        "new_account_information_available",
        "incorrect_number",
        "invalid_number",
        "expired_card",
        "invalid_expiry_month",
        "invalid_expiry_year",
        "incorrect_cvc",
        "invalid_cvc",
        "incorrect_zip",
        "incorrect_address",
        "pin_try_exceeded",
        "testmode_decline",
        "do_not_try_again",
        "highest_risk_level",
        "no_account",
        "account_closed",
        "bank_account_restricted",
        "debit_not_authorized",
        "invalid_mandate",
        "payment_method_detached",
    }
)
CUSTOMER = frozenset(
    {
        "authentication_required",
        "authentication_not_handled",
        "approve_with_id",
        "offline_pin_required",
        "online_or_offline_pin_required",
        "payment_intent_authentication_failure",
        "mobile_device_authentication_required",
    }
)
PAY_DAY = frozenset({"insufficient_funds", "card_velocity_exceeded"})
TECHNICAL = frozenset(
    {
        "processing_error",
        "issuer_not_available",
        "try_again_later",
        "reenter_transaction",
    }
)
SENSES: dict[str, Sense] = {
    **dict.fromkeys(NEVER, "never"),
    **dict.fromkeys(CUSTOMER, "customer"),
    **dict.fromkeys(PAY_DAY, "pay_day"),
    **dict.fromkeys(TECHNICAL, "technical"),
}

COUNTED_OVER = timedelta(days=30)
MOST_IN_30_DAYS = {"visa": 12, "mastercard": 12, "sepa_debit": 3}
MOST_OF_OTHERS_IN_30_DAYS = 10
MOST_IN_24_HOURS = 5


def sense_of(decline_code: str) -> Sense:
    """What to do after a decline; a code nobody knows is tried again later."""
    return SENSES.get(decline_code, "later")


def is_within_network_limits(*, network: str, tried_at: Sequence[datetime], at: datetime) -> bool:
    """Whether one more try at `at` stays within our caps; `tried_at` are all tries of the same card."""
    in_30_days = sum(at - COUNTED_OVER < tried <= at for tried in tried_at)
    in_24_hours = sum(at - timedelta(days=1) < tried <= at for tried in tried_at)
    most = MOST_IN_30_DAYS.get(network, MOST_OF_OTHERS_IN_30_DAYS)
    return in_30_days < most and in_24_hours < MOST_IN_24_HOURS
