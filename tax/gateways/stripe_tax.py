"""The one door to Stripe Tax."""

from collections.abc import Mapping
from typing import Any, cast

import stripe
from stripe.params.tax import CalculationCreateParams


class EngineUnavailable(Exception):
    """Stripe did not answer, or refused the question; it stands and may be asked again."""


def calculate(
    *,
    request: Mapping[str, Any],
    api_key: str,
    idempotency_key: str,
    timeout_seconds: float,
    api_base: str = "",
) -> dict[str, Any]:
    """
    One tax calculation, whole as received. The same key asks the same question once at Stripe.

    :raises EngineUnavailable: for time-outs, errors and questions Stripe refuses
    """
    client = stripe.StripeClient(
        api_key,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=timeout_seconds),
    )
    try:
        found = client.v1.tax.calculations.create(
            params=cast(CalculationCreateParams, dict(request)),
            options={"idempotency_key": idempotency_key},
        )
    except stripe.StripeError as error:
        raise EngineUnavailable(f"{type(error).__name__}: {error}") from error
    answer: dict[str, Any] = found.to_dict()
    return answer
