"""Find the invitation a link belongs to."""

from datetime import datetime

from billing.documents.invitation_link import (
    is_older_issue,
    read_onward_token,
    read_token,
    token_digest,
)
from billing.models import Invitation
from billing.operations.invitation_refusals import InvitationReplaced, InvitationUnknown

SHOWN = ("customer", "group", "subscription", "seat_type", "grantee", "invited_by")


def open_invitation(*, token: str, at: datetime) -> Invitation:
    """
    The invitation whose newest link this is, or what stood for it while its reader signed in;
    whatever became of it.

    :raises InvitationReplaced: if the link was ours and a newer one was sent
    :raises InvitationUnknown: for anything else
    """
    known = Invitation.objects.select_related(*SHOWN)
    found = known.filter(token_digest=token_digest(token)).first()
    if found is not None:
        return found
    standing = read_onward_token(token, at=at)
    key, issue = standing or (read_token(token), None)
    older = known.filter(pk=key).first() if key else None
    if older is not None and issue == older.resent_count:
        return older
    if older is None or not is_older_issue(token, older.pk, before=older.resent_count):
        raise InvitationUnknown
    raise InvitationReplaced(older)
