"""The invoice flow, top to bottom. If you read one file, read this one."""

from dataclasses import replace

from accounts.operations.tend_exceptions import tend_exceptions
from billing.operations.age_seats import age_seats
from billing.operations.apply_gateway_events import apply_gateway_events
from billing.operations.deliver_invoices import deliver_invoices
from billing.operations.determine_tax import determine_tax
from billing.operations.draft_invoices import draft_invoices
from billing.operations.expire_invitations import expire_invitations
from billing.operations.finalize_invoices import finalize_invoices
from billing.operations.grant_exceptions import grant_exceptions
from billing.operations.post_journal import post_journal
from billing.operations.rate_periods import rate_periods
from billing.operations.render_invoices import render_invoices
from billing.operations.start_attempts import start_attempts
from billing.queries import work
from billing.queries.books_work import count_to_post, to_post, to_post_soon
from billing.queries.exception_work import count_to_grant, count_to_tend, to_grant, to_tend
from billing.queries.invitations import count_to_expire, to_expire
from billing.queries.quiet_seats import count_to_age, to_age
from kernel.stage import Stage

TEND = Stage(
    name="tend",
    waits_as="undecided exceptions: past their end, past their target time, or close to it",
    writes="the clock's decisions (expired, escalated) and one reminder",
    once_because="a decision moves its request on; a reminder is written down before it is sent",
    waiting=to_tend,
    waiting_count=count_to_tend,
    step=tend_exceptions,
    chunk=200,
)
EXPIRE = Stage(
    name="expire",
    waits_as="open invitations whose time is over",
    writes="their end, and an ordinary event that frees the seat an invitation took",
    once_because="what has ended is open no more; the event is known by its invitation",
    waiting=to_expire,
    waiting_count=count_to_expire,
    step=expire_invitations,
    chunk=200,
)
GRANT = Stage(
    name="grant",
    waits_as="approved exceptions whose day has come, to begin or to end",
    writes="what the kind says: ordinary events, credit notes, refunds, terms",
    once_because="an event of an exception is known by its number and day; what is over has no next day",
    waiting=to_grant,
    waiting_count=count_to_grant,
    step=grant_exceptions,
    chunk=50,
)
AGE = Stage(
    name="age",
    waits_as="named seats whose reported use stopped longer ago than the policy's inactivity days",
    writes="an ordinary event that makes the seat inactive, and its ledger entry",
    once_because="the event's id is the id of the entry it ages",
    waiting=to_age,
    waiting_count=count_to_age,
    step=age_seats,
    chunk=500,
)
RATE = Stage(
    name="rate",
    waits_as="subscriptions due, or changed behind a draft in its grace period",
    writes="ratings and rated spans with the ledger entries that explain them",
    once_because="a span's period and basis are unique in a rating, ratings are numbered",
    waiting=work.to_rate,
    waiting_count=work.count_to_rate,
    step=rate_periods,
    chunk=500,
)
RATE_EARLY = Stage(
    name="rate",
    waits_as="subscriptions due before their next regular invoice",
    writes=RATE.writes,
    once_because=RATE.once_because,
    waiting=work.to_rate_early,
    waiting_count=work.count_to_rate,
    step=rate_periods,
    chunk=500,
)
DRAFT = Stage(
    name="draft",
    waits_as="customers with rated spans on no invoice",
    writes="draft invoices and their lines",
    once_because="a rated span has one invoice line",
    waiting=work.to_draft,
    waiting_count=work.count_to_draft,
    step=draft_invoices,
    chunk=500,
)
TAX = Stage(
    name="tax",
    waits_as="drafts without tax; held ones are tried again with every push",
    writes="the draft's taxes with the decision behind each, or a hold with the way out",
    once_because="taxes of a draft are replaced whole; those of a finalized invoice never change",
    waiting=work.to_tax,
    waiting_count=work.count_to_tax,
    step=determine_tax,
    chunk=500,
)
FINALIZE = Stage(
    name="finalize",
    waits_as="drafts with tax whose grace period is over",
    writes="number, due date, totals, credit applied, snapshots of both parties and the policies",
    once_because="a sequence is unique in its series; a finalized invoice refuses every change",
    waiting=work.to_finalize,
    waiting_count=work.count_to_finalize,
    step=finalize_invoices,
    chunk=500,
)
RENDER = Stage(
    name="render",
    waits_as="finalized invoices without a document",
    writes="the PDF with the checked EN 16931 data inside, and both SHA-256 digests",
    once_because="an invoice has one document",
    waiting=work.to_render,
    waiting_count=work.count_to_render,
    step=render_invoices,
    chunk=8,
)
DELIVER = Stage(
    name="deliver",
    waits_as="documents of the last days that were sent to nobody",
    writes="an e-mail with the document, queued; it is sent outside, at most once",
    once_because="a delivery's number is unique for its invoice, and the flow writes number 1 alone",
    waiting=work.to_deliver,
    waiting_count=work.count_to_deliver,
    step=deliver_invoices,
    chunk=100,
)
COLLECT = Stage(
    name="collect",
    waits_as="open receivables whose moment to be charged has come",
    writes="payment attempts, committed before the gateway is asked",
    once_because="an invoice has one open attempt, and the attempt's id is the gateway's idempotency key",
    waiting=work.to_collect,
    waiting_count=work.count_to_collect,
    step=start_attempts,
    chunk=200,
)
SETTLE = Stage(
    name="settle",
    waits_as="stored webhooks not applied",
    writes="answers of attempts, payments, refunds, disputes, methods and payouts",
    once_because="a gateway event has one id, a gateway object is one payment; what is final stays",
    waiting=work.to_settle,
    waiting_count=work.count_to_settle,
    step=apply_gateway_events,
    chunk=50,
)
POST = Stage(
    name="post",
    waits_as="documents, payments, uses of credit, write-offs and payouts without an entry; months of revenue that are over",
    writes="balanced journal entries, and when each line's revenue is earned",
    once_because="a source has one entry of a kind; a slice of revenue names its entry once",
    waiting=to_post,
    waiting_count=count_to_post,
    step=post_journal,
    chunk=500,
)
POST_SOON = replace(POST, waits_as="the same of the last days, for the tick", waiting=to_post_soon)

STAGES = (
    TEND,
    EXPIRE,
    GRANT,
    AGE,
    RATE,
    DRAFT,
    TAX,
    FINALIZE,
    RENDER,
    DELIVER,
    COLLECT,
    SETTLE,
    POST,
)
SANDBOX = (EXPIRE, AGE, RATE, DRAFT, TAX, FINALIZE)  # what makes invoices; nothing leaves the house
TICK = (TEND, EXPIRE, GRANT, RATE_EARLY, DRAFT, TAX, FINALIZE, DELIVER, COLLECT, SETTLE, POST_SOON)
