"""How the admin and the desk look: names, colors and the sidebar. Who sees an entry is decided by permission."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy


def may(permission: str) -> Callable[[HttpRequest], bool]:
    """Show an entry to those who hold the permission, for example billing.view_invoice."""
    return lambda request: bool(request.user.has_perm(permission))


def page(title: str, icon: str, url_name: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(url_name),
        "permission": may(permission),
    }


def table(title: str, icon: str, model: str) -> dict[str, Any]:
    """An admin list; `model` is written app.model."""
    app, name = model.split(".")
    return page(title, icon, f"admin:{app}_{name}_changelist", f"{app}.view_{name}")


NAVIGATION: list[dict[str, Any]] = [
    {
        "title": "Desk",
        "items": [
            {
                "title": "Home",
                "icon": "home",
                "link": reverse_lazy("desk:home"),
                "active": lambda request: request.path == reverse("desk:home"),
            },
            page("Flow", "conveyor_belt", "desk:flow", "billing.view_stagerefusal"),
            {
                **page("Approvals", "approval", "desk:approvals", "accounts.view_exceptionrequest"),
                "badge": "desk.views.approvals.waiting_badge",
            },
            page("Runs", "play_circle", "desk:runs", "billing.view_invoicerun"),
            page("Customers", "domain", "desk:customers", "accounts.view_customer"),
            page("Invoices", "receipt_long", "desk:invoices", "billing.view_invoice"),
            page("Evidence", "folder_open", "desk:packets", "billing.view_invoice"),
            page("Incidents", "emergency_home", "desk:incidents", "desk.view_incident"),
            page(
                "Product webhooks",
                "webhook",
                "desk:webhook_endpoints",
                "billing.view_webhookendpoint",
            ),
            page("Directories", "sync", "desk:directories", "accounts.view_directoryrequest"),
            page("What if", "calculate", "desk:preview", "billing.view_subscription"),
            page("Release check", "rule", "desk:release", "desk.view_releasecheckrun"),
        ],
    },
    {
        "title": "Money",
        "separator": True,
        "collapsible": True,
        "items": [
            page("Payments", "payments", "desk:money_payments", "billing.view_payment"),
            page("Bank", "account_balance_wallet", "desk:money_bank", "billing.view_bankline"),
            page("Recovery", "healing", "desk:recovery_board", "dunning.view_dunningcase"),
            page("Attempts", "credit_card", "desk:money_attempts", "billing.view_paymentattempt"),
            page("Refunds", "undo", "desk:money_refunds", "billing.view_refund"),
            page("Disputes", "gavel", "desk:money_disputes", "billing.view_dispute"),
            page("Payouts", "account_balance", "desk:money_payouts", "billing.view_payout"),
            page("Webhooks", "webhook", "desk:money_events", "billing.view_gatewayevent"),
            page("Books", "menu_book", "desk:books", "billing.view_journalentry"),
            page("Month end", "event_available", "desk:close", "billing.view_periodclose"),
        ],
    },
    {
        "title": "Tax",
        "separator": True,
        "collapsible": True,
        "items": [
            page("Holds", "pause_circle", "desk:tax_holds", "billing.view_taxhold"),
            page("Markets", "public", "desk:tax_markets", "tax.view_marketchecklist"),
            page("Registrations", "verified", "desk:tax_registrations", "tax.view_taxregistration"),
            page("Returns", "inventory", "desk:tax_returns", "tax.view_taxreturn"),
            page("Thresholds", "speed", "desk:tax_thresholds", "tax.view_thresholdposition"),
            page("Rates and facts", "percent", "desk:tax_facts", "tax.view_taxrate"),
        ],
    },
    {
        "title": "Catalog",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Products", "inventory_2", "billing.product"),
            table("Plans", "sell", "billing.plan"),
            table("Seat types", "event_seat", "billing.seattype"),
            table("Features", "toggle_on", "billing.feature"),
            table("Prices", "payments", "billing.price"),
            table("Seat policies", "gavel", "billing.seatpolicy"),
        ],
    },
    {
        "title": "Ledger",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Subscriptions", "autorenew", "billing.subscription"),
            table("Events", "bolt", "billing.entitlementevent"),
            table("Seat ledger", "menu_book", "billing.seatledgerentry"),
            table("Ledger heads", "link", "billing.ledgerhead"),
            table("Usage", "speed", "billing.usagerecord"),
            table("Usage by cycle", "data_usage", "billing.usagetotal"),
            table("Quotas of groups", "pie_chart", "billing.quotaallocation"),
            table("Ratings", "balance", "billing.rating"),
            table("Rated spans", "straighten", "billing.ratedspan"),
            table("Invoice records", "description", "billing.invoice"),
            table("Invoice lines", "format_list_numbered", "billing.invoiceline"),
            table("Documents", "picture_as_pdf", "billing.invoicedocument"),
            table("Credit note orders", "assignment_return", "billing.creditnote"),
            table("Voided invoices", "block", "billing.invoicevoid"),
            table("Refusals", "block", "billing.stagerefusal"),
            table("Run records", "history", "billing.invoicerun"),
        ],
    },
    {
        "title": "Money records",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Receivables", "hourglass_empty", "billing.receivable"),
            table("Payment records", "receipt", "billing.payment"),
            table("Allocations", "call_split", "billing.allocation"),
            table("Credit", "savings", "billing.creditentry"),
            table("Payment methods", "credit_card", "billing.paymentmethod"),
            table("Attempt records", "history", "billing.paymentattempt"),
            table("Refund records", "undo", "billing.refund"),
            table("Dispute records", "gavel", "billing.dispute"),
            table("Payout records", "account_balance", "billing.payout"),
            table("Webhook records", "webhook", "billing.gatewayevent"),
            table("Gateway customers", "badge", "billing.gatewaycustomer"),
            table("Journal entries", "menu_book", "billing.journalentry"),
            table("Journal postings", "list_alt", "billing.journalposting"),
            table("Revenue schedule", "calendar_month", "billing.recognitionslice"),
            table("Bank statements", "account_balance_wallet", "billing.bankstatement"),
            table("Bank lines", "format_list_bulleted", "billing.bankline"),
        ],
    },
    {
        "title": "Recovery records",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Case records", "work_history", "dunning.dunningcase"),
            table("Invoices in cases", "receipt", "dunning.casereceivable"),
            table("Steps", "stairs", "dunning.dunningstep"),
            table("Messages", "mail", "dunning.message"),
            table("Pauses", "pause", "dunning.pause"),
            table("Promises", "handshake", "dunning.promise"),
            table("Notes", "sticky_note_2", "dunning.casenote"),
            table("Campaign versions", "campaign", "dunning.campaign"),
            table("Moves to campaigns", "move_down", "dunning.casecampaign"),
        ],
    },
    {
        "title": "Tax records",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Invoice taxes", "request_quote", "billing.invoicetax"),
            table("Hold records", "front_hand", "billing.taxhold"),
            table("Evidence", "location_on", "tax.locationevidence"),
            table("Tax id checks", "fact_check", "tax.taxidcheck"),
            table("Stripe Tax answers", "cloud_sync", "tax.taxcalculation"),
            table("Certificates", "workspace_premium", "tax.exemptioncertificate"),
            table("Checklists", "checklist", "tax.marketchecklist"),
            table("Registration records", "app_registration", "tax.taxregistration"),
            table("Filed returns", "inventory", "tax.taxreturn"),
            table("Rates", "percent", "tax.taxrate"),
            table("Taxability", "rule", "tax.taxability"),
            table("Threshold facts", "trending_up", "tax.registrationthreshold"),
            table("Threshold positions", "speed", "tax.thresholdposition"),
            table("Territories", "map", "tax.taxterritory"),
            table("Exchange rates", "currency_exchange", "tax.exchangerate"),
        ],
    },
    {
        "title": "People",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Customer records", "badge", "accounts.customer"),
            table("Billing owners", "contact_mail", "accounts.billingowner"),
            table("Groups", "account_tree", "accounts.group"),
            table("Grantees", "person", "accounts.grantee"),
            table("Memberships", "group", "accounts.membership"),
            table("Mail about coming in", "mail", "accounts.portalmail"),
            table("Ownership offered", "handshake", "accounts.ownershiptransfer"),
            table("Customers' own sign-in", "key", "accounts.customeridentityprovider"),
        ],
    },
    {
        "title": "Settings",
        "separator": True,
        "collapsible": True,
        "items": [
            table("Billing entities", "storefront", "tax.billingentity"),
            table("Sellers of customers", "handshake", "tax.sellerassignment"),
            table("Number series", "pin", "billing.numberseries"),
            table("Books", "auto_stories", "billing.books"),
            table("Account numbers", "tag", "billing.accountmapping"),
            page("Audit trail", "policy", "desk:audit", "accounts.view_auditentry"),
            table("API clients", "key", "accounts.apiclient"),
            table("API replies", "replay", "accounts.apireply"),
            table("Staff", "manage_accounts", "auth.user"),
            table("Roles", "shield_person", "auth.group"),
            table("Desk log", "overview", "admin.logentry"),
        ],
    },
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return addressed()


@cache
def addressed() -> list[dict[str, Any]]:
    """The sidebar with its addresses worked out, once a process instead of sixty times a page."""
    sections = deepcopy(NAVIGATION)
    for section in sections:
        for item in section["items"]:
            item["link"] = str(item["link"])
    return sections


UNFOLD = {
    "SITE_TITLE": "Seatledger",
    "SITE_HEADER": "Seatledger",
    "SITE_SUBHEADER": "Why this amount?",
    "SITE_SYMBOL": "event_seat",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("desk/favicon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [lambda request: static("desk/desk.css")],
    "SCRIPTS": [
        lambda request: static("desk/desk.js"),
        lambda request: static("desk/find.js"),
    ],
    "ACCOUNT": {"navigation": [{"title": "Your account", "link": reverse_lazy("account_home")}]},
    "SIDEBAR": {"show_search": True, "command_search": False, "navigation": navigation},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(72% .14 254.6)",
            "500": "oklch(58% .17 258)",
            "600": "oklch(50% .18 262)",
            "700": "oklch(44% .17 264)",
            "800": "oklch(38% .14 265)",
            "900": "oklch(33% .11 266)",
            "950": "oklch(25% .08 267)",
        },
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-200)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-100)",
        },
    },
}
