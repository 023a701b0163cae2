"""Addresses of invitations: the public pages, below /portal/, and those of who manages people."""

from django.urls import path

from portal.views import accept, claim, invitation_new, invitations, joining

OPEN = [
    path("invitation/<str:token>/", accept.invitation, name="invitation"),
    path("invitation/<str:token>/ask/", accept.ask, name="invitation_ask"),
    path("claim/<uuid:offer_id>/", claim.claim, name="claim"),
]
PATHS = [
    path("", invitations.invitations, name="invitations"),
    path("new/", invitation_new.invitation_new, name="invitation_new"),
    path("<uuid:invitation_id>/resend/", invitations.resend, name="invitation_resend"),
    path("<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation_revoke"),
    path("joining/", joining.joining, name="joining"),
    path("joining/offer/", joining.offer_new, name="offer_new"),
    path("joining/offer/<uuid:offer_id>/close/", joining.offer_close, name="offer_close"),
]
