"""Why an invitation is not sent, not accepted or not changed; each code has a page of its own."""

from typing import ClassVar

from billing.models import Invitation
from kernel.refusal import Refusal


class InvitationUnknown(Refusal):
    code = "invitation_unknown"

    def __init__(self) -> None:
        super().__init__("There is no such invitation. Open the newest message again.")


class AboutInvitation(Refusal):
    """One that is known: its page may name who invited and where to."""

    words: ClassVar[str]

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(self.words)
        self.invitation = invitation


class InvitationReplaced(AboutInvitation):
    code = "invitation_replaced"
    words = "A newer link was sent. Open the newest message."


class InvitationExpired(AboutInvitation):
    code = "invitation_expired"
    words = "The invitation has expired. Ask for a new one."


class InvitationRevoked(AboutInvitation):
    code = "invitation_revoked"
    words = "The invitation was taken back. Ask the person who sent it."


class InvitationUsed(AboutInvitation):
    code = "invitation_used"
    words = "The invitation was accepted by somebody else. Ask for one of your own."


class InvitationUsedByYou(AboutInvitation):
    code = "invitation_used_by_you"
    words = "You have accepted this invitation. There is nothing left to do."


class CustomerClosed(AboutInvitation):
    code = "customer_closed"
    words = "The account is closed, nobody can join it. Ask the person who invited you."


class AlreadyMember(AboutInvitation):
    code = "already_a_member"
    words = "You belong to it already. There is nothing left to do."


class InOtherTeam(AboutInvitation):
    code = "in_another_team"
    words = "You are in another team of the same company. Ask its administrator to move you."

    def __init__(self, invitation: Invitation, team: str) -> None:
        super().__init__(invitation)
        self.team = team


class HasAccount(AboutInvitation):
    code = "invitation_needs_sign_in"
    words = "There is an account for the invited address. Sign in to it first."


class SeatGone(AboutInvitation):
    code = "seat_gone"
    words = "No seat is free any more. Ask the administrator for one."


class NotPending(AboutInvitation):
    code = "invitation_not_pending"
    words = "The invitation is not open any more. Invite the person again."


class SentJustNow(AboutInvitation):
    code = "invitation_sent_just_now"
    words = "It was sent less than five minutes ago. Wait a little before you send it again."


class NotYours(Refusal):
    code = "invitation_not_yours"


class AddressInvalid(Refusal):
    code = "invitation_address_invalid"


class OutsideDomains(Refusal):
    code = "address_outside_domains"


class InvitedAlready(Refusal):
    code = "invitation_pending"


class BelongsAlready(Refusal):
    code = "already_a_member"
