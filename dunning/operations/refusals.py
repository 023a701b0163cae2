"""Why something cannot be done to a case."""

from kernel.refusal import Refusal


class CampaignMissing(Refusal):
    code = "campaign_missing"


class CaseClosed(Refusal):
    code = "case_closed"


class CaseNotRunning(Refusal):
    code = "case_not_running"


class ReasonMissing(Refusal):
    code = "reason_missing"


class PauseTooLong(Refusal):
    code = "pause_too_long"


class PauseOver(Refusal):
    code = "pause_over"


class PromiseTooMuch(Refusal):
    code = "promise_too_much"


class NobodyToWriteTo(Refusal):
    code = "nobody_to_write_to"


class LinkSentJustNow(Refusal):
    code = "link_sent_just_now"
