"""What the read side answers, for the OpenAPI document. Names are those of the plain records."""

from typing import Any

from rest_framework import serializers

from billing.enums import EventKind, InvoiceKind, LineKind

S = serializers.Serializer[Any]


class LineRefSchema(S):
    line_id = serializers.UUIDField()
    invoice_id = serializers.UUIDField()
    invoice_number = serializers.CharField()
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(LineKind.choices)
    description = serializers.CharField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()


class EventTraceSchema(S):
    event_id = serializers.UUIDField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_event_id = serializers.CharField()
    kind = serializers.ChoiceField(EventKind.choices)
    actor = serializers.CharField()
    effective_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    digest = serializers.CharField()
    corrects_event_id = serializers.UUIDField(allow_null=True)


class EntryTraceSchema(S):
    entry_id = serializers.UUIDField()
    position = serializers.IntegerField()
    digest = serializers.CharField()
    kind = serializers.ChoiceField(EventKind.choices)
    seat_type = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    quantity = serializers.IntegerField()
    set_to = serializers.IntegerField(allow_null=True)
    balance_after = serializers.IntegerField()
    group = serializers.CharField()
    grantee = serializers.CharField()
    effective_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    voids = serializers.BooleanField()
    corrects_position = serializers.IntegerField(allow_null=True)
    corrected_by_position = serializers.IntegerField(allow_null=True)
    event = EventTraceSchema()


class SpanTraceSchema(S):
    span_id = serializers.UUIDField()
    period_first = serializers.DateField()
    period_after = serializers.DateField()
    basis = serializers.CharField()
    rating_number = serializers.IntegerField()
    rated_as_of = serializers.DateTimeField()
    known_position = serializers.IntegerField()
    policy_key = serializers.UUIDField()
    policy_version = serializers.IntegerField()
    price_key = serializers.UUIDField()
    price_version = serializers.IntegerField()


class TaxTraceSchema(S):
    number = serializers.IntegerField()
    name = serializers.CharField()
    jurisdiction = serializers.CharField()
    treatment = serializers.CharField()
    category_code = serializers.CharField(help_text="EN 16931: S, AE, E, O, Z")
    rate_percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    share_percent = serializers.DecimalField(
        max_digits=7, decimal_places=4, help_text="Share of the lines that is taxed"
    )
    base_minor = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    positions = serializers.ListField(child=serializers.IntegerField())
    tax_point = serializers.DateField()
    registration = serializers.CharField(help_text="Jurisdiction and number it is charged under")
    rule = serializers.CharField()
    words = serializers.CharField()
    note = serializers.CharField(help_text="What the invoice says, in its language")
    rate_source = serializers.CharField()
    inputs = serializers.DictField()
    local_currency = serializers.CharField()
    local_amount_minor = serializers.IntegerField(allow_null=True)
    exchange_rate = serializers.DecimalField(max_digits=18, decimal_places=8, allow_null=True)
    exchange_source = serializers.CharField()


class LineTraceSchema(S):
    line = LineRefSchema()
    subscription = serializers.CharField()
    seat_type = serializers.CharField()
    quantity = serializers.IntegerField()
    seat_days = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    span_first = serializers.DateField()
    span_after = serializers.DateField()
    formula = serializers.CharField()
    span = SpanTraceSchema()
    taxes = TaxTraceSchema(many=True)
    entries = EntryTraceSchema(many=True)
    corrects = LineRefSchema(many=True)
    corrected_by = LineRefSchema(many=True)


class EventReachSchema(S):
    customer = serializers.CharField()
    subscription = serializers.CharField()
    event = EventTraceSchema()
    corrects = EventTraceSchema(many=True)
    corrections = EventTraceSchema(many=True)
    entries = EntryTraceSchema(many=True)
    lines = LineRefSchema(many=True)


class IssuedInvoiceSchema(S):
    id = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(InvoiceKind.choices)
    customer = serializers.CharField()
    billing_entity = serializers.CharField()
    currency = serializers.CharField()
    cycle_date = serializers.DateField()
    issued_at = serializers.DateTimeField()
    due_date = serializers.DateField()
    subtotal_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    tax_note = serializers.CharField()
    total_minor = serializers.IntegerField()
    credit_applied_minor = serializers.IntegerField()
    amount_due_minor = serializers.IntegerField()
    settlement = serializers.CharField()
    credits = serializers.CharField(help_text="Number of the invoice a person credited with it")


class InvoiceListSchema(S):
    invoices = IssuedInvoiceSchema(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class IssuedLineSchema(S):
    id = serializers.UUIDField()
    position = serializers.IntegerField()
    kind = serializers.ChoiceField(LineKind.choices)
    plan_name = serializers.CharField()
    seat_type_code = serializers.CharField()
    seat_type_name = serializers.CharField()
    description = serializers.CharField()
    quantity = serializers.IntegerField()
    seat_days = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    span_first = serializers.DateField()
    span_after = serializers.DateField()
    amount_minor = serializers.IntegerField()
    formula = serializers.CharField()


class StoredDocumentSchema(S):
    sha256 = serializers.CharField()
    xml_sha256 = serializers.CharField(help_text="Of the XML inside; empty if it has none")
    size = serializers.IntegerField()
    pages = serializers.IntegerField()
    rendered_at = serializers.DateTimeField()


class InvoiceSchema(IssuedInvoiceSchema):
    seller = serializers.DictField()
    buyer = serializers.DictField()
    policies = serializers.ListField(child=serializers.DictField())
    lines = IssuedLineSchema(many=True)
    taxes = TaxTraceSchema(many=True)
    document = StoredDocumentSchema(allow_null=True)


class SubscriptionFactsSchema(S):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    customer = serializers.CharField()
    plan = serializers.CharField()
    currency = serializers.CharField()
    interval_unit = serializers.CharField()
    interval_count = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    anchor_day = serializers.IntegerField()
    time_zone = serializers.CharField()
    term_months = serializers.IntegerField(allow_null=True)
    commitment = serializers.DictField(child=serializers.IntegerField())
    seat_limit_behavior = serializers.CharField()
    state = serializers.CharField()
    next_billing_at = serializers.DateTimeField(allow_null=True)
    as_of = serializers.DateTimeField()
    seats = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))


class PreviewLineSchema(S):
    kind = serializers.ChoiceField(LineKind.choices)
    seat_type = serializers.CharField()
    description = serializers.CharField()
    quantity = serializers.IntegerField()
    seat_days = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField()
    span_first = serializers.DateField()
    span_after = serializers.DateField()
    amount_minor = serializers.IntegerField()
    formula = serializers.CharField()
    document_kind = serializers.ChoiceField(InvoiceKind.choices)


class PreviewTaxSchema(S):
    name = serializers.CharField()
    jurisdiction = serializers.CharField()
    treatment = serializers.CharField()
    category_code = serializers.CharField()
    rate_percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    base_minor = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    words = serializers.CharField()


class PreviewSchema(S):
    subscription = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    as_of = serializers.DateTimeField()
    lines = PreviewLineSchema(many=True)
    subtotal_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    tax_note = serializers.CharField()
    held = serializers.CharField(help_text="Why tax cannot be decided yet; empty when it can")
    held_code = serializers.CharField(help_text="The same as a code, such as tax_id_unverified")
    taxes = PreviewTaxSchema(many=True)
    total_minor = serializers.IntegerField()
    credit_applied_minor = serializers.IntegerField()
    amount_due_minor = serializers.IntegerField()
    credit_note_minor = serializers.IntegerField()
    seats = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))


class GroupShareSchema(S):
    """Without a group: for seats that are nobody's."""

    group = serializers.CharField()
    cost_center = serializers.CharField()
    amount_minor = serializers.IntegerField()


class BrokenLineSchema(S):
    position = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    shares = GroupShareSchema(many=True)


class InvoiceBreakdownSchema(S):
    number = serializers.CharField()
    currency = serializers.CharField()
    lines = BrokenLineSchema(many=True)
    groups = GroupShareSchema(many=True, help_text="All lines together, the dearest first")
