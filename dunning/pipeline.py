"""Recovery, top to bottom: close what is settled, open what failed, take the steps that are due."""

from dunning.operations.close_cases import close_cases
from dunning.operations.open_cases import open_cases
from dunning.operations.pause_by_exception import pause_by_exception
from dunning.operations.take_steps import take_steps
from dunning.queries import work
from kernel.stage import Stage

CLOSE = Stage(
    name=work.CLOSE,
    waits_as="cases whose invoices are settled, through whatever door",
    writes="the end of the case; charges and messages planned are canceled, advice on access withdrawn",
    once_because="a closed case refuses every change",
    waiting=work.to_close,
    waiting_count=work.count_to_close,
    step=close_cases,
    chunk=200,
)
OPEN_CASES = Stage(
    name=work.CASE,
    waits_as="customers with open invoices that failed or are overdue and are in no case",
    writes="a case by customer, billing entity and currency, with its invoices",
    once_because="a customer has one case that is not closed for each of those",
    waiting=work.to_open,
    waiting_count=work.count_to_open,
    step=open_cases,
    chunk=200,
)
STEPS_DUE = Stage(
    name=work.DUN,
    waits_as="cases whose next step is due, or of which a charge was answered since",
    writes="a step: a charge planned, a message queued, advice on access, or a request to a person",
    once_because="a step's key is unique in its case",
    waiting=work.to_look_at,
    waiting_count=work.count_to_look_at,
    step=take_steps,
    chunk=100,
)

PAUSE = Stage(
    name="pause",
    waits_as="approved exceptions that pause a customer's cases",
    writes="a pause of every running case; deadlines do not move",
    once_because="what is carried out is not due again",
    waiting=work.to_pause,
    waiting_count=work.count_to_pause,
    step=pause_by_exception,
    chunk=50,
)

STAGES = (PAUSE, CLOSE, OPEN_CASES, STEPS_DUE)
