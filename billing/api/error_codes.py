"""Every code the API may answer: what it means and what to do. docs/api-errors.md is made of it."""

from collections.abc import Mapping

EVENT = (
    "correction_changes_nothing", "correction_target_unknown", "customer_unknown",
    "effective_before_subscription", "effective_too_far", "event_conflict", "grantee_missing",
    "group_closed", "group_unknown", "interval_invalid", "no_free_seat",
    "nothing_to_reactivate", "nothing_to_suspend",
    "period_closed", "plan_lacks_seat_type", "plan_unknown", "price_invalid", "price_missing",
    "quantity_not_positive", "seat_limit_reached", "seat_policy_missing", "seat_state_differs",
    "seat_type_unknown", "seats_below_zero", "subscription_ended", "subscription_unknown",
)  # fmt: skip
"""What an entitlement event may be refused with."""

# code: (what it means, what to do)
CODES: Mapping[str, tuple[str, str]] = {
    "api_key_invalid": ("The key is unknown or revoked", "Use a key that is in force"),
    "body_too_large": ("The body is larger than 32 MB", "Send less at once"),
    "correction_changes_nothing": (
        "A correction says what was so before", "Say what was different: time, quantity or void"),
    "correction_target_unknown": (
        "There is no event to correct", "Name an event of the same source and subscription"),
    "credit_above_what_is_left": (
        "More is credited than is left of the invoice", "Credit at most what the sentence says"),
    "credit_is_not_as_estimated": (
        "The credit comes to another amount than expected", "Estimate again with `dry_run`"),
    "credit_is_nothing": ("The credit comes to nothing", "Name an amount or lines that cost something"),
    "credit_needs_an_issued_invoice": (
        "Only an issued invoice can be credited", "Name one, not a draft, void or credit note"),
    "credit_nothing_left": ("The invoice is credited whole", "Nothing is to be done"),
    "credit_nothing_open": (
        "Nothing is open on the invoice to set off against", "Choose `balance` or `refund`"),
    "credit_refund_needs_a_payment": (
        "A refund goes back by a payment", "Name the `payment`, or choose `balance`"),
    "cursor_unreadable": ("The cursor is none of ours", "Start again without one"),
    "cursor_unknown": (
        "The cursor was given by another database, or before a restore",
        "Ask for every entitlement you keep once more, and follow on from `since=latest`"),
    "customer_exists": ("The external id is taken", "Use that customer, or another id"),
    "customer_unknown": (
        "The subscription does not belong to that customer", "Leave the customer out, or name the right one"),
    "document_altered": (
        "The stored file is not the one that was issued", "Write to us with the request id"),
    "document_missing": ("The stored file is gone", "Write to us with the request id"),
    "document_without_data": (
        "The invoice was issued before invoices carried data", "Use the PDF"),
    "e_invoice_invalid": ("The invoice breaks a rule of EN 16931", "Write to us; the sentence names the rules"),
    "effective_before_subscription": (
        "The event counts from before the subscription began", "Correct `effective_at`"),
    "effective_too_far": ("The event counts too far in the future", "Correct `effective_at`, or send it later"),
    "event_conflict": (
        "The source event id came with other content", "Send a correction under a new id"),
    "exception_beyond_authority": (
        "Nobody may grant this by the authority matrix", "Ask for less, or have the matrix changed"),
    "exception_reason_missing": ("The reason is empty", "Say why"),
    "exception_unknown": ("What the exception is about does not exist", "Correct `subject` or `terms`"),
    "feature_not_metered": (
        "What was held does not count this feature", "Use the code of one that is counted"),
    "grantee_missing": ("The event must name a person", "Add `grantee`"),
    "group_closed": (
        "The group was closed, and somebody would come into it", "Name another group, or leave it out"),
    "group_unknown": ("The customer has no such group", "Create the group, or leave it out"),
    "https_required": ("The request came in the clear", "Use https and revoke the key you sent"),
    "idempotency_key_in_use": (
        "A request with this key is being answered", "Wait a moment, then send it again"),
    "idempotency_key_reused": (
        "This key came with another request before", "Use a new key for a new request"),
    "idempotency_key_too_long": ("The key is longer than 255 characters", "Use a shorter one"),
    "interval_invalid": ("There is no such billing cycle", "Send `interval_unit` day, week or month"),
    "invalid": ("Fields of the request are missing or wrong", "Read `errors` and correct them"),
    "invoices_differ": (
        "The invoices are of different sellers or currencies", "Pay them on separate pages"),
    "members_reported_differently": (
        "Another count was reported for the same instant", "Report a later instant"),
    "method_not_allowed": ("The address does not take this method", "See `Allow`"),
    "not_acceptable": ("The answer cannot be given in that type", "Accept `application/json`"),
    "not_authenticated": ("There is no key", "Send `Authorization: Bearer sl_…`"),
    "not_found": ("There is no such thing", "Check the id in the address"),
    "no_free_seat": ("No bought seat is free", "Release one, or buy another first"),
    "nothing_open": ("Nothing is open any more", "Nothing is to be done"),
    "nothing_to_reactivate": (
        "Fewer seats are suspended than would be reactivated", "Send at most that many, or add seats"),
    "nothing_to_suspend": (
        "Fewer seats are in use than would be suspended", "Send at most that many"),
    "parse_error": ("The body is no JSON", "Send JSON in UTF-8"),
    "payment_gateway_missing": ("No payment gateway is set up", "Ask us to set it up"),
    "payment_gateway_refused": ("The gateway refused", "Read the sentence; it is the gateway's"),
    "payment_gateway_unreachable": (
        "The gateway does not answer; nothing was charged", "Ask again later"),
    "payment_method_gone": ("The payment method was removed", "Choose another, or add it again"),
    "payment_not_refundable": ("The payment cannot go back", "Choose `balance`"),
    "period_closed": (
        "The books of that time are closed", "Ask for a correction over a closed period"),
    "permission_denied": ("The key lacks the scope", "Use a key with the scope the operation names"),
    "plan_lacks_seat_type": (
        "The new plan has no such seat type, and seats of it are held", "Move or remove those seats first"),
    "plan_unknown": ("There is no such plan", "Use the code of a plan in the catalog"),
    "price_invalid": ("The price cannot be used", "Correct its tiers; the sentence says how"),
    "price_missing": (
        "The seat type has no price in that currency and cycle", "Publish one, or choose another"),
    "quantity_not_positive": ("The quantity is not positive", "Send 1 or more"),
    "refund_reason_missing": ("The reason is empty", "Say why"),
    "refund_too_large": ("More goes back than was paid", "Send at most what the sentence says"),
    "reported_at_ahead": ("The count is of a time to come", "Check the sender's clock"),
    "sandbox_clock_backwards": (
        "The sandbox's clock stands later than that", "Name an instant from its time on"),
    "sandbox_clock_moving": ("Another call moves the clock", "Ask again when it is done"),
    "sandbox_clock_too_far": (
        "More than 93 days on, or five years ahead of real time", "Move it in several calls; begin afresh"),
    "sandbox_only": ("Live keys have no clock to move", "Use a key that begins with `sl_test_`"),
    "sandbox_unavailable": ("No sandbox is set up, or it is away", "Ask us, or use a live key"),
    "sandbox_without": ("The sandbox has no payment gateway", "Try this with a live key"),
    "seat_limit_reached": (
        "The limit of seats would be passed", "Buy more, or have the limit raised"),
    "seat_policy_missing": ("The plan has no seat policy for that cycle", "Publish one first"),
    "seat_state_differs": (
        "The person's seat is in a state the event is not about", "Look the person up; perhaps it happened already"),
    "seat_type_unknown": ("The plan has no such seat type", "Use the code of one it has"),
    "seats_below_zero": (
        "More seats would be taken than are there", "Send at most that many, or first what added them"),
    "server_error": ("We made a mistake", "Try again later, or write to us with the request id"),
    "subscription_ended": ("The subscription has ended by then", "Correct `effective_at`"),
    "subscription_exists": ("The external id is taken", "Use that subscription, or another id"),
    "subscription_unknown": ("There is no such subscription", "Create it first"),
    "tax_id_malformed": ("The tax id has no form its country knows", "Correct it, or leave it out"),
    "throttled": ("The key sent too many requests this minute", "Wait as `Retry-After` says"),
    "time_zone_unknown": ("There is no such time zone", "Use a name of the tz database, as Europe/Berlin"),
    "trail_unavailable": (
        "The audit trail cannot be written, so nothing is shown", "Ask again later"),
    "unsupported_media_type": ("The body is of another type", "Send `application/json`"),
    "usage_conflict": (
        "The source event id came with other content", "Send the difference under an id of its own"),
    "usage_without_seat": (
        "The person held no seat then", "Report the seat first, or leave the person out"),
    "used_at_ahead": ("The usage is of a time to come", "Check the sender's clock"),
    "webhook_endpoint_exists": (
        "The address is registered already", "Remove it, or rotate its secret"),
    "webhook_endpoint_off": ("The endpoint is switched off", "Have it switched on first"),
    "webhook_endpoints_too_many": ("The key has twenty endpoints", "Remove one first"),
}  # fmt: skip
