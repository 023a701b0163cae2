"""Every address and whether it shows personal data. What is not listed is taken as if it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import ResolverMatch

# Of each page of the desk: whose data it shows, or None where it shows nobody's.
DESK: dict[str, str | None] = {
    "home": None,
    "search": "customer",
    "audit": "auditentry",
    "audit_csv": "auditentry",
    "flow": None,
    "retry": None,
    "subject": "flowsubject",
    "runs": None,
    "start_run": None,
    "run": None,
    "retry_run": None,
    "customers": "customer",
    "customers_csv": "customer",
    "customer": "customer",
    "ledger": "customer",
    "tax_answer": "customer",
    "tax_evidence": "customer",
    "money_statement": "customer",
    "money_statement_csv": "customer",
    "money_statement_pdf": "customer",
    "money_payments": "payment",
    "money_payments_csv": "payment",
    "money_payment_new": "payment",
    "money_payment": "payment",
    "money_refund_new": "payment",
    "money_bank": "bankline",
    "money_bank_csv": "bankline",
    "money_bank_import": "bankstatement",
    "money_bank_statement": "bankstatement",
    "money_bank_line": "bankline",
    "money_bank_match": "bankline",
    "money_bank_set_aside": "bankline",
    "money_refunds": "refund",
    "money_refund": "refund",
    "money_refund_answer": "refund",
    "money_attempts": "paymentattempt",
    "money_attempts_csv": "paymentattempt",
    "money_disputes": "dispute",
    "money_payouts": None,
    "money_events": "gatewayevent",
    "money_event": "gatewayevent",
    "money_event_replay": "gatewayevent",
    "money_allocate": "invoice",
    "money_write_off": "invoice",
    "money_charge": "invoice",
    "invoice_deliver": "invoice",
    "money_take_back": "allocation",
    "invoices": "invoice",
    "invoices_csv": "invoice",
    "invoice": "invoice",
    "document": "invoice",
    "document_xml": "invoice",
    "document_ubl": "invoice",
    "credit": "invoice",
    "void": "invoice",
    "void_changes": "invoice",
    "line": "invoiceline",
    "packets": None,
    "packet": "invoice",
    "packet_file": "invoice",
    "preview": "subscription",
    "approvals": "exceptionrequest",
    "approvals_csv": "exceptionrequest",
    "approval_bulk": "exceptionrequest",
    "approval_kinds": None,
    "approval_new": "exceptionrequest",
    "approval_effect": "exceptionrequest",
    "approval_subjects": "exceptionrequest",
    "approval_authority": None,
    "approval_propose": None,
    "approval_signals": None,
    "approval_leakage_csv": None,
    "approval": "exceptionrequest",
    "approval_prove": "exceptionrequest",
    "approval_decide": "exceptionrequest",
    "approval_comment": "exceptionrequest",
    "approval_attach": "exceptionrequest",
    "approval_attachment": "exceptionrequest",
    "approval_revoke": "exceptionrequest",
    "books": None,
    "books_csv": None,
    "books_trial_balance": None,
    "books_recognition": None,
    "books_reconciliation": None,
    "books_export": None,
    "recovery_board": "dunningcase",
    "recovery_board_csv": "dunningcase",
    "recovery_case": "dunningcase",
    "recovery_pause": "dunningcase",
    "recovery_resume": "dunningcase",
    "recovery_promise": "dunningcase",
    "recovery_note": "dunningcase",
    "recovery_hand_over": "dunningcase",
    "recovery_ask_write_off": "dunningcase",
    "recovery_send_link": "dunningcase",
    "recovery_campaigns": None,
    "recovery_new_campaign": None,
    "recovery_campaign": None,
    "recovery_new_version": None,
    "recovery_move": "dunningcase",
    "recovery_template": None,
    "recovery_results": None,
    "recovery_results_csv": None,
    "recovery_aging": "customer",
    "recovery_aging_csv": "customer",
    "recovery_simulator": None,
    "tax_registrations": None,
    "tax_returns": None,
    "tax_registration": None,
    "tax_return": "invoice",
    "tax_return_csv": "invoice",
    "tax_return_file": "invoice",
    "tax_markets": None,
    "tax_market": None,
    "tax_market_sign": None,
    "tax_market_revoke": None,
    "tax_holds": "taxhold",
    "tax_holds_csv": "taxhold",
    "tax_hold_assign": "taxhold",
    "tax_market_of": "customer",
    "tax_thresholds": None,
    "tax_facts": None,
    "close": None,
    "close_month": "periodclose",
    "close_csv": "periodclose",
    "close_report": "periodclose",
    "close_run": "periodclose",
    "close_sign": "periodclose",
    "close_waive": "periodclose",
    "close_assign": "periodclose",
    "close_reopen": "periodclose",
    "release": None,
    "release_start": None,
    "release_check": None,
    "release_check_csv": None,
    "release_go_on": None,
    "release_scenario_new": None,
    "release_play": None,
    "release_scenario": None,
    "incidents": "incident",
    "incidents_csv": "incident",
    "incident_new": "incident",
    "incident_drift": "customer",
    "incident_drift_csv": "customer",
    "incident": "incident",
    "incident_csv": "incident",
    "incident_take": "incident",
    "incident_step": "incident",
    "incident_find": "incident",
    "incident_note": "incident",
    "incident_rows": "incident",
    "incident_amount": "incident",
    "incident_credit": "incident",
    "incident_tell": "incident",
    "incident_close": "incident",
    "event": "entitlementevent",
    "webhook_endpoints": None,
    "webhook_endpoint_new": None,
    "webhook_deliveries": "webhookdelivery",
    "webhook_deliveries_csv": "webhookdelivery",
    "webhook_delivery": "webhookdelivery",
    "webhook_delivery_replay": "webhookdelivery",
    "webhook_endpoint": "webhookdelivery",
    "webhook_endpoint_test": None,
    "webhook_endpoint_replay": None,
    "webhook_endpoint_rotate": None,
    "webhook_endpoint_switch": None,
    "webhook_endpoint_remove": None,
}
# Of each door of the API: whose data it reads or writes. None: no people, or a row of its own
# that says who sent it and never changes (entitlement events, counts of active members).
API: dict[str, str | None] = {
    "entitlements": None,
    "entitlement_check": None,
    "usage": None,
    "usage_batch": None,
    "entitlement_changes": None,
    "entitlement_events": None,
    "entitlement_event_batch": None,
    "entitlement_event_trace": "entitlementevent",
    "customers": "customer",
    "customer": "customer",
    "customer_statement": "customer",
    "payment_methods": "customer",
    "setup_intents": "customer",
    "checkout_sessions": "customer",
    "subscriptions": "subscription",
    "subscription": "subscription",
    "subscription_preview": "subscription",
    "invoices": "invoice",
    "invoice": "invoice",
    "invoice_breakdown": "invoice",
    "invoice_pdf": "invoice",
    "invoice_xml": "invoice",
    "invoice_ubl": "invoice",
    "credit_notes": "invoice",
    "invoice_line_trace": "invoice",
    "exception_requests": "exceptionrequest",
    "exception_request": "exceptionrequest",
    "active_members": None,
    "active_members_batch": None,
    "webhook_endpoints": None,
    "webhook_endpoint": None,
    "webhook_secrets": None,
    "webhook_tests": None,
    "webhook_replays": None,
    "webhook_deliveries": None,
    "openapi": None,
}
PAY: dict[str, str | None] = {"case": "dunningcase"}
# Of each address of SCIM: people and groups of the customer whose token asks.
SCIM: dict[str, str | None] = {
    "users": "directoryuser",
    "users_search": "directoryuser",
    "user": "directoryuser",
    "groups": "directorygroup",
    "groups_search": "directorygroup",
    "group": "directorygroup",
    "bulk": "directoryuser",
    "root": "directoryuser",
    "root_search": "directoryuser",
    "elsewhere": "directoryuser",
    "service_provider_config": None,
    "resource_types": None,
    "resource_type": None,
    "schemas": None,
    "schema": None,
}
# Of each page of the portal: people at work on their own company's data.
PORTAL: dict[str, str | None] = {
    "choose": None,
    "sign_in": None,
    "link_sent": None,
    "link": None,
    "password_sign_in": None,
    "sign_in_company": None,
    "account": None,
    "account_password": None,
    "account_sessions": None,
    "home": "customer",
    "ownership_link": None,
    "ownership": "ownershiptransfer",
    "rights": "customer",
    "directory": "customer",
    "directory_token_revoke": "customer",
    "directory_mapping_new": "customer",
    "directory_mapping_remove": "customer",
    "rights_end": "billingowner",
    "rights_invite": "billingowner",
    "ownership_offer": "customer",
    "ownership_withdraw": "customer",
    "invitation": "invitation",
    "invitation_ask": "invitation",
    "claim": "claimoffer",
    "invitations": "invitation",
    "invitation_new": "invitation",
    "invitation_resend": "invitation",
    "invitation_revoke": "invitation",
    "joining": "customer",
    "offer_new": "claimoffer",
    "offer_close": "claimoffer",
    "people": "customer",
    "people_csv": "customer",
    "person": "grantee",
    "seat_change": "grantee",
    "import_new": "grantee",
    "import": "seatimport",
    "import_go_on": "seatimport",
    "import_csv": "seatimport",
    "seats_buy": "customer",
    "seats_setting": "customer",
    "seats_ask": "seatrequest",
    "seat_requests": "seatrequest",
    "seat_request": "seatrequest",
    "quotas": "customer",
    "groups": "customer",
    "group_new": "group",
    "group": "group",
    "group_remove": "group",
    "group_administrator": "group",
    "billing": "customer",
    "billing_invoices": "customer",
    "billing_invoices_csv": "customer",
    "billing_invoice": "invoice",
    "billing_line": "invoice",
    "billing_pdf": "invoice",
    "billing_xml": "invoice",
    "billing_ubl": "invoice",
    "billing_next": "customer",
    "billing_statement": "customer",
    "billing_statement_csv": "customer",
    "billing_statement_pdf": "customer",
    "billing_pay": "customer",
    "billing_methods": "customer",
    "billing_method_add": "customer",
    "billing_method_default": "paymentmethod",
    "billing_method_remove": "paymentmethod",
    "billing_details": "customer",
    "billing_recipients": "customer",
    "billing_recipient_remove": "billingowner",
    "billing_policy": "customer",
    "billing_seats": "customer",
    "billing_departments": "invoice",
    "billing_departments_csv": "invoice",
}
# Tables of the admin that speak of people: their own names, or whom a customer's row belongs to.
PERSONAL_TABLES = frozenset([
    "accounts_billingowner", "accounts_customer", "accounts_grantee", "accounts_group",
    "accounts_membership", "accounts_ownershiptransfer", "accounts_portalmail",
    "accounts_apireply", "admin_logentry", "auth_user",
    "billing_allocation", "billing_bankline", "billing_bankstatement", "billing_creditentry",
    "billing_creditnote", "billing_dispute", "billing_entitlementevent", "billing_gatewaycustomer", "billing_quotaallocation",
    "billing_usagerecord", "billing_usagetotal",
    "billing_gatewayevent", "billing_invoice", "billing_invoicedocument", "billing_invoiceline",
    "billing_invoicetax", "billing_invoicevoid", "billing_journalentry", "billing_ledgerhead",
    "billing_payment", "billing_paymentattempt", "billing_paymentmethod", "billing_ratedspan",
    "billing_rating", "billing_receivable", "billing_refund", "billing_seatledgerentry",
    "billing_subscription", "billing_taxhold", "dunning_casecampaign", "dunning_casenote",
    "dunning_casereceivable", "dunning_dunningcase", "dunning_dunningstep", "dunning_message",
    "dunning_pause", "dunning_promise", "tax_exemptioncertificate", "tax_locationevidence",
    "tax_sellerassignment", "tax_taxcalculation", "tax_taxidcheck",
])  # fmt: skip
OTHER_TABLES = frozenset([
    "accounts_apiclient", "accounts_customeridentityprovider", "auth_group",
    "billing_accountmapping", "billing_books", "billing_feature",
    "billing_invoicerun", "billing_journalposting", "billing_numberseries", "billing_payout",
    "billing_plan", "billing_price", "billing_product", "billing_recognitionslice",
    "billing_seatpolicy", "billing_seattype", "billing_stagerefusal", "desk_detectorrule",
    "dunning_campaign",
    "tax_billingentity", "tax_exchangerate", "tax_marketchecklist", "tax_registrationthreshold",
    "tax_taxability", "tax_taxrate", "tax_taxregistration", "tax_taxreturn", "tax_taxterritory",
    "tax_thresholdposition",
    "desk_detectorrule",
])  # fmt: skip
ADMIN: dict[str, str | None] = {
    "index": None,
    "app_list": None,
    "autocomplete": "customer",
    "jsi18n": None,
    "login": None,
    "logout": None,
    "password_change": None,
    "password_change_done": None,
    "search": "customer",
    "view_on_site": None,
    "auth_user_password_change": "user",
}
ELSEWHERE: dict[str, str | None] = {
    "root": None,
    "healthz": None,
    "readyz": None,
    "metrics": None,
    "api_docs": None,
    "security_txt": None,
    "webhooks_stripe": None,
    "invoice_packet": "invoice",
}
# Pages of sign-in show nobody but the person; what happens there is told by accounts.views.sign_in.
SIGN_IN = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_", "admin_to_")
TABLES = {"desk": DESK, "api": API, "pay": PAY, "scim": SCIM, "portal": PORTAL, "": ELSEWHERE}
STAFF_DOORS = frozenset(["desk", "admin"])
SUBJECT_ARGUMENTS = (
    "customer_id", "invoice_id", "key", "payment_id", "refund_id", "line_id", "statement_id",
    "incident_id", "event_id", "allocation_id", "case_id", "hold_id", "subject_id", "object_id",
    "id", "customer", "number", "subscription", "method_id", "recipient_id",
    "owner_id", "transfer_id",
)  # fmt: skip
UNKNOWN = "unclassified"


@dataclass(frozen=True, slots=True)
class Place:
    """An address: who may stand behind it, and whose data it shows (`subject_kind` or nobody's)."""

    door: str
    name: str
    subject_kind: str
    subject_id: str
    is_personal: bool
    is_known: bool = True

    @property
    def is_for_staff(self) -> bool:
        return self.door in STAFF_DOORS


def place_of(match: ResolverMatch | None) -> Place:
    if match is None:
        return Place("", "", UNKNOWN, "", is_personal=False)
    door, name = match.namespace, match.url_name or ""
    kind, is_known = kind_of(door, name)
    if door == "pay":  # its argument is a secret: the link itself
        return Place(door, match.view_name, kind or UNKNOWN, "", is_personal=bool(kind))
    return Place(
        door,
        match.view_name if name else door,
        kind or name or UNKNOWN,
        subject_id(match.kwargs, kind),
        is_personal=kind is not None,
        is_known=is_known,
    )


def subject_id(arguments: Mapping[str, Any], kind: str | None) -> str:
    """What the address names; whose it is comes first only where the customer itself is shown."""
    named = {
        name: str(arguments[name]) for name in SUBJECT_ARGUMENTS if arguments.get(name) is not None
    }
    whose = named.pop("customer_id", "") if kind != "customer" else ""
    return next(iter(named.values()), whose)


def kind_of(door: str, name: str) -> tuple[str | None, bool]:
    """Whose data an address shows (None: nobody's), and whether the tables above know it."""
    if door == "admin":
        return kind_in_admin(name)
    if not door and name.startswith(SIGN_IN):
        return None, True
    table = TABLES.get(door, {})
    return (table[name], True) if name in table else (UNKNOWN, False)


def kind_in_admin(name: str) -> tuple[str | None, bool]:
    if not name:  # the redirects of the admin: an object's address, and any unknown address
        return None, True
    if name in ADMIN:
        return ADMIN[name], True
    table = "_".join(name.split("_")[:2])
    if table in PERSONAL_TABLES:
        return table.split("_")[1], True
    return (None, True) if table in OTHER_TABLES else (UNKNOWN, False)
