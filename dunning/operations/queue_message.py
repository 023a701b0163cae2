"""Write the message of a step and queue it, in the transaction of the step. Sending comes later."""

from datetime import datetime
from uuid import UUID

from uuid6 import uuid7

from accounts.gateways.mail import message_id_for
from accounts.queries.invoice_addresses import invoice_addresses
from billing.models.gateway import PaymentMethod
from dunning.calc.facts import Step
from dunning.documents.write_message import write_message
from dunning.enums import StepState
from dunning.models import DunningStep, Message
from dunning.queries.case_facts import LoadedCase
from dunning.records.letters import letter_for

NOBODY = "There is no address to write to: no billing owner receives invoices."


def queue_message(*, loaded: LoadedCase, step: Step, template: str, at: datetime) -> Message | None:
    """
    The message as it will be sent, with its step. Without an address the step is passed over,
    and a suspension that needs it never comes.
    """
    case = loaded.case
    to = invoice_addresses([case.customer_id])[case.customer_id]
    written_step = DunningStep.objects.create(
        case=case, key=step.key, kind=step.kind, value=step.value, planned_at=step.at, done_at=at,
        state=StepState.DONE if to or step.kind != "message" else StepState.PASSED_OVER,
        why=step.why if to else NOBODY,
    )  # fmt: skip
    if not to:
        return None
    letter = letter_for(loaded=loaded, method_words=method_words(case.customer_id), at=at)
    written = write_message(template=template, language=case.customer.language, letter=letter)
    key = uuid7()
    return Message.objects.create(
        id=key, case=case, step=written_step, template=template, language=written.language, to=to,
        reply_to=case.billing_entity.email, subject=written.subject, text=written.text,
        html=written.html, message_id=message_id_for(key), queued_at=at,
        send_after=at,
    )  # fmt: skip


def method_words(customer_id: UUID) -> str:
    """ "Visa ····4242"; empty where there is nothing to charge."""
    method = PaymentMethod.objects.filter(customer=customer_id, is_default=True).first()
    if method is None:
        return ""
    return f"{(method.brand or method.kind).replace('_', ' ').title()} ····{method.last4}"
