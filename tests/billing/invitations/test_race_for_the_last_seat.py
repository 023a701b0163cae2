"""Many people accept at once, each on a connection of their own: exactly the seats there are."""

import os
from collections import Counter
from threading import Barrier, BoundedSemaphore, Thread

from django.contrib.auth.models import User
from django.db import connection

from accounts.models import Grantee, Membership
from billing.models import Invitation, SeatHolding
from billing.operations.accept_invitation import accept_invitation
from billing.operations.invitation_refusals import InvitationUsed, InvitationUsedByYou, SeatGone
from billing.operations.verify_ledger import verify_chain
from kernel.refusal import Refusal
from tests.billing.invitations.given import NOON, invite, person
from tests.seatworld import SeatWorld

RACERS = int(os.environ.get("RACERS", "30"))
SEATS = 5
CONNECTIONS = BoundedSemaphore(60)  # the server admits a hundred, and not only to us


def race(pairs: list[tuple[Invitation, User]]) -> Counter[str]:
    """All accept at the same moment; how often each answer was given."""
    start, answers = Barrier(len(pairs)), Counter[str]()

    def accept(invitation: Invitation, user: User) -> None:
        start.wait()
        with CONNECTIONS:
            try:
                accept_invitation(invitation_id=invitation.pk, user=user, at=NOON)
                answers["joined"] += 1
            except Refusal as refusal:
                answers[refusal.code] += 1
            finally:
                connection.close()

    racers = [Thread(target=accept, args=pair) for pair in pairs]
    for one in racers:
        one.start()
    for one in racers:
        one.join()
    return answers


def test_the_last_seats_go_to_exactly_as_many_as_there_are(transactional_db):
    # given five bought seats, none reserved, and many invitations that reserve nothing
    world = SeatWorld.make({"seat_limit": "block"}, seats={"member": SEATS})
    emails = [f"p{number}@acme.example" for number in range(RACERS)]
    invitations = [one.invitation for one in invite(world, *emails)]
    Invitation.objects.update(reserves="none")
    # when all accept at once
    answers = race([(one, person(one.email)) for one in invitations])
    # then five have a seat, and everybody else learns that it is gone and left no trace
    assert answers == {"joined": SEATS, SeatGone.code: RACERS - SEATS}
    assert SeatHolding.objects.filter(customer=world.customer, until_at=None).count() == SEATS
    assert Grantee.objects.count() == Membership.objects.count() == SEATS
    assert Invitation.objects.filter(state="pending").count() == RACERS - SEATS
    assert world.seats() == SEATS
    assert verify_chain(world.customer.ledgerhead) is None


def test_one_link_pressed_many_times_is_accepted_once(transactional_db):
    world = SeatWorld.make()
    (answer,) = invite(world, "ada@acme.example")
    people = [person("ada@acme.example"), person("eve@else.example")]
    answers = race([(answer.invitation, people[number % 2]) for number in range(6)])
    assert answers == {"joined": 1, InvitationUsedByYou.code: 2, InvitationUsed.code: 3}
    assert Membership.objects.count() == 1
