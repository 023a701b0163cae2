"""Why an event or a subscription is refused before its seats are looked at."""

from datetime import date

from kernel.refusal import Refusal


class SubscriptionUnknown(Refusal):
    code = "subscription_unknown"

    def __init__(self, external_id: str) -> None:
        super().__init__(
            f"There is no subscription “{external_id}”. Create it first with POST /api/v1/subscriptions."
        )


class CustomerDiffers(Refusal):
    code = "customer_unknown"

    def __init__(self, subscription: str, customer: str) -> None:
        super().__init__(
            f"Subscription “{subscription}” does not belong to a customer “{customer}”. "
            "Leave the customer out, or name the right one."
        )


class EventConflict(Refusal):
    code = "event_conflict"

    def __init__(self, source_event_id: str, source: str) -> None:
        super().__init__(
            f"Event “{source_event_id}” of “{source}” was recorded with other content. An id is one "
            "event forever: send a correction under a new id."
        )


class PeriodClosed(Refusal):
    code = "period_closed"

    def __init__(self, last_day: date) -> None:
        super().__init__(
            f"The books are closed through {last_day}. Ask for a “correction over a closed period” "
            "(POST /api/v1/exception-requests, or Approvals on the desk); once approved it is "
            "recorded and billed in the open period."
        )


class GranteeMissing(Refusal):
    code = "grantee_missing"

    def __init__(self, kind: str) -> None:
        super().__init__(f"A {kind} event must name the grantee it is about.")


class GroupUnknown(Refusal):
    code = "group_unknown"

    def __init__(self, group: str) -> None:
        super().__init__(
            f"The customer has no group “{group}”. Create the group first, or leave it out."
        )


class GroupClosed(Refusal):
    code = "group_closed"

    def __init__(self, group: str) -> None:
        super().__init__(
            f"Group “{group}” was closed: nobody comes into it any more. Name another group, or "
            "leave it out."
        )


class PlanUnknown(Refusal):
    code = "plan_unknown"

    def __init__(self, plan: str) -> None:
        super().__init__(f"There is no plan “{plan}”. Use the code of a plan in the catalog.")


class PlanLacksSeatType(Refusal):
    code = "plan_lacks_seat_type"

    def __init__(self, plan: str, seat_type: str) -> None:
        super().__init__(
            f"Plan “{plan}” has no seat type “{seat_type}”, of which seats are held. Move or remove "
            "those seats first."
        )


class PriceMissing(Refusal):
    code = "price_missing"

    def __init__(self, plan: str, seat_type: str, currency: str, interval: str) -> None:
        super().__init__(
            f"Seat type “{seat_type}” of plan “{plan}” has no price in {currency} for {interval}. "
            "Publish one first."
        )


class PolicyMissing(Refusal):
    code = "seat_policy_missing"

    def __init__(self, plan: str, interval: str) -> None:
        super().__init__(f"Plan “{plan}” has no seat policy for {interval}. Publish one first.")


class SubscriptionExists(Refusal):
    code = "subscription_exists"

    def __init__(self, external_id: str) -> None:
        super().__init__(
            f"A subscription “{external_id}” exists already. Use it, or another external id."
        )


class SeatTypeUnknown(Refusal):
    code = "seat_type_unknown"

    def __init__(self, plan: str, seat_type: str) -> None:
        super().__init__(f"Plan “{plan}” has no seat type “{seat_type}”.")
