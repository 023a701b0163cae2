"""Grant: carry out what was approved, and end what was agreed for a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.enums import StageName
from billing.operations.grants import money, prices, terms
from billing.operations.grants.carry_out import Grant, carry_out
from kernel.stage import StageOutcome

GRANTS: dict[str, Grant] = {
    **dict.fromkeys(prices.PRICE_KINDS, prices.grant_price),
    "proration_exception": money.grant_lines,
    "credit": money.grant_credit,
    "refund": money.grant_refund,
    "write_off": money.grant_write_off,
    "backdated_correction": terms.grant_correction,
    "tax_override": terms.grant_tax_override,
    "limit_raise": terms.grant_limit,
    "payment_terms": terms.grant_payment_terms,
    "reopen_period": terms.grant_reopening,
    "authority_change": terms.grant_authority,
}


def grant_exceptions(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """Each is carried out by the operation everybody uses; what that refuses waits for a person."""
    return carry_out(keys=keys, grants=GRANTS, stage=StageName.GRANT, at=at)
