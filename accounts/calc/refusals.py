"""Expected refusals of exceptions."""

from kernel.refusal import Refusal


class TermsInvalid(Refusal):
    """What is asked has not the shape its kind needs."""

    code = "exception_terms_invalid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class NobodyMayAgree(Refusal):
    code = "exception_beyond_authority"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"Nobody may agree to a {kind.replace('_', ' ')} of this size: the authority matrix has "
            "no rule for it. Ask for less, or for a change of the matrix."
        )


class OwnRequest(Refusal):
    code = "exception_own_request"

    def __init__(self) -> None:
        super().__init__("You asked for it, so somebody else must decide.")


class NotYourDecision(Refusal):
    code = "exception_not_your_decision"


class StepUpMissing(Refusal):
    code = "exception_step_up_missing"

    def __init__(self) -> None:
        super().__init__("This amount is only decided right after signing in again.")


class ExceptionMoved(Refusal):
    code = "exception_moved"

    def __init__(self) -> None:
        super().__init__(
            "Something it depends on changed since the page was opened. Look at the new effect, "
            "then decide."
        )


class ExceptionStateDiffers(Refusal):
    code = "exception_state_differs"


class ExceptionUnknown(Refusal):
    code = "exception_unknown"


class ReasonMissing(Refusal):
    code = "exception_reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why, in words a colleague understands a year from now.")


class RevokedTooLate(Refusal):
    code = "exception_cannot_be_revoked"
