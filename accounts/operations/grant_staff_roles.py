"""Staff roles as Django groups: who sees and does what. What is not listed is denied."""

from collections.abc import Iterable

from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import Permission
from django.db import transaction

from accounts.enums import StaffRole

PEOPLE = (
    "accounts.customer",
    "accounts.billingowner",
    "accounts.group",
    "accounts.grantee",
    "accounts.membership",
)
SELLERS = ("tax.billingentity", "tax.sellerassignment")
TAX_FACTS = (
    "tax.taxrate", "tax.taxability", "tax.registrationthreshold", "tax.taxterritory",
    "tax.taxregistration",
)  # fmt: skip
TAX_ANSWERS = ("tax.marketchecklist", "tax.exemptioncertificate")
TAX_RECORDS = (
    "tax.exchangerate", "tax.locationevidence", "tax.taxcalculation",
    "tax.taxidcheck", "tax.taxreturn",
    "tax.thresholdposition",
    "billing.invoicetax", "billing.taxhold",
)  # fmt: skip
CATALOG = (
    "billing.product", "billing.plan", "billing.seattype", "billing.price", "billing.seatpolicy",
    "billing.feature", "billing.seattypefeature",
)  # fmt: skip
BOUGHT = ("billing.subscription",)
USED = ("billing.usagerecord", "billing.usagetotal", "billing.quotaallocation")
RECORDS = (
    "billing.entitlementevent", "billing.seatledgerentry", "billing.ledgerhead", "billing.rating",
    "billing.ratedspan", "billing.invoice", "billing.invoiceline", "billing.invoicedocument",
    "billing.invoicedelivery",
    "billing.creditentry", "billing.numberseries", "billing.creditnote", "billing.invoicevoid",
    "billing.voidedspans",
)  # fmt: skip
MONEY = (
    "billing.receivable", "billing.payment", "billing.allocation", "billing.paymentmethod",
    "billing.paymentattempt", "billing.refund", "billing.dispute", "billing.payout",
    "billing.gatewayevent", "billing.gatewaycustomer", "billing.bankstatement", "billing.bankline",
)  # fmt: skip
BOOKS = (
    "billing.journalentry", "billing.journalposting", "billing.recognitionslice",
    "billing.periodclose", "billing.closerun", "billing.closecheck", "billing.closewaiver",
    "billing.closesignature", "billing.closereopening",
)  # fmt: skip
BOOKS_KEPT = ("billing.books", "billing.accountmapping")
RECOVERY = (
    "dunning.campaign", "dunning.dunningcase", "dunning.casereceivable", "dunning.dunningstep",
    "dunning.casecampaign", "dunning.message", "dunning.pause", "dunning.promise",
    "dunning.casenote",
)  # fmt: skip
EXCEPTIONS = (
    "accounts.exceptionrequest", "accounts.exceptiondecision", "accounts.exceptioncomment",
    "accounts.exceptionattachment", "accounts.authoritymatrix", "accounts.authorityrule",
)  # fmt: skip
FLOW = ("billing.invoicerun", "billing.stagerefusal")
INCIDENTS = (
    "desk.incident", "desk.incidentaffected", "desk.incidentstep", "desk.incidentnote",
    "desk.incidentfinding", "desk.incidentmessage", "desk.detectorrule", "desk.seatdrift",
    "billing.memberreport",
)  # fmt: skip
DIRECTORIES = (
    "accounts.directorytoken", "accounts.directoryuser", "accounts.directorygroup",
    "accounts.directoryrequest",
)  # fmt: skip
WEBHOOKS = ("billing.webhookendpoint", "billing.webhookdelivery", "billing.webhookattempt")
RELEASE = ("desk.releasescenario", "desk.releasecheckrun", "desk.releasecheckresult")
MACHINES = ("accounts.apiclient", "accounts.apireply")
STAFF = ("auth.user", "auth.group", "admin.logentry")
COMING_IN = ("accounts.portalmail", "accounts.ownershiptransfer")
VOUCHING = ("accounts.customeridentityprovider", "accounts.identitydomain")


def may(actions: str, *models: str) -> set[str]:
    """Permission names such as billing.view_invoice, for each action and model."""
    pairs = (model.split(".") for model in models)
    return {f"{app}.{action}_{name}" for app, name in pairs for action in actions.split()}


TAX = (*TAX_FACTS, *TAX_ANSWERS, *TAX_RECORDS)
LOOK = may(
    "view", *PEOPLE, *COMING_IN, *SELLERS, *CATALOG, *BOUGHT, *USED, *RECORDS, *MONEY, *BOOKS, *BOOKS_KEPT, *RECOVERY,
    *EXCEPTIONS, *FLOW, *TAX, *RELEASE, *INCIDENTS,
    *WEBHOOKS, *DIRECTORIES,
)  # fmt: skip
RUN_THE_FLOW = {"billing.add_invoicerun", "billing.change_stagerefusal"}
KEEP_PEOPLE = may("add change", *PEOPLE, "tax.sellerassignment")
KEEP_TAX = may("add change", *TAX_ANSWERS) | {
    "billing.change_taxhold",
    "tax.add_locationevidence",
    "tax.add_taxidcheck",
    "tax.change_taxidcheck",
}
MOVE_MONEY = {
    "billing.add_payment", "billing.add_allocation", "billing.add_refund",
    "billing.add_invoicedelivery", "billing.add_paymentattempt", "billing.issue_credit_note", "billing.add_bankstatement",
    "billing.change_bankline", "billing.write_off",
}  # fmt: skip
CLOSE_MONTHS = {"billing.add_closerun", "billing.change_closecheck", "billing.sign_close"}
DECIDE_TAX = may("add change", *TAX_FACTS) | {"tax.sign_off_tax", "tax.add_taxreturn"}

WORK_CASES = {"dunning.change_dunningcase", "dunning.add_casenote", "dunning.add_message"}
ASK_FOR_EXCEPTIONS = {
    "accounts.add_exceptionrequest", "accounts.add_exceptioncomment",
    "accounts.add_exceptionattachment",
}  # fmt: skip
LEAD_CAMPAIGNS = {"dunning.add_campaign", "dunning.add_casecampaign"}

WORK = LOOK | RUN_THE_FLOW | KEEP_PEOPLE | KEEP_TAX | MOVE_MONEY | {"billing.export_books"}
WORK |= {"accounts.see_personal_data", "billing.change_webhookdelivery"}
WORK |= WORK_CASES | CLOSE_MONTHS | ASK_FOR_EXCEPTIONS | {"desk.add_releasecheckrun"}
WORK |= {
    "desk.add_incident", "desk.change_incident", "desk.add_incidentnote", "desk.add_incidentmessage",
}  # fmt: skip
APPROVE = WORK | DECIDE_TAX | may("add change", *CATALOG, *BOUGHT)
APPROVE |= (
    LEAD_CAMPAIGNS
    | {"billing.lock_close"}
    | {"accounts.decide_exception"}
    | may("add change", "desk.releasescenario", "desk.detectorrule")
)

PERMISSIONS: dict[StaffRole, set[str]] = {
    StaffRole.SUPPORT: LOOK | {"desk.add_incident", "desk.add_incidentnote"},
    StaffRole.ANALYST: WORK,
    StaffRole.APPROVER: APPROVE,
    StaffRole.ADMINISTRATOR: APPROVE
    | may("add change", *SELLERS, *BOOKS_KEPT)
    | may("view add change", *MACHINES, *STAFF, *VOUCHING)
    | {"accounts.view_auditentry", "billing.change_webhookendpoint"},
}


@transaction.atomic
def grant_staff_roles() -> None:
    """Make the role groups carry exactly the permissions above; safe to call again."""
    known = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.select_related("content_type")
    }
    for role, names in PERMISSIONS.items():
        group, _ = StaffRoleGroup.objects.get_or_create(name=role.value)
        group.permissions.set(those(known, names))


def those(known: dict[str, Permission], names: Iterable[str]) -> list[Permission]:
    """Permissions by name; one that migrations have not made yet comes with the next migrate."""
    return [known[name] for name in sorted(names) if name in known]
