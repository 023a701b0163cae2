"""The dossier: what is asked and what it does, who decides, and what is said to it."""

import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import ExceptionRequest
from accounts.operations.discuss_exception import comment_exception
from billing.operations.push_flow import push_flow
from tests.desk.approvals.conftest import NOW
from tests.seatworld import PAPERLESS, day


def open_page(client, asked):
    return client.get(reverse("desk:approval", args=[asked.number]))


def text_of(answer):
    return " ".join(answer.content.decode().split())


def decide(client, asked, verdict, reason="Agreed with the head of sales", **said):
    if "seen" not in said:
        said["seen"] = open_page(client, asked).context_data["effect"].digest
    address = reverse("desk:approval_decide", args=[asked.number])
    answer = client.post(address, {"verdict": verdict, "reason": reason, **said}, follow=True)
    asked.refresh_from_db()
    return answer


def test_it_says_what_is_asked_and_shows_both_invoices(approvals):
    asked = approvals.discount()

    page = open_page(approvals.clients["alma"], asked)

    effect = page.context_data["effect"]
    assert (effect.before.subtotal_minor, effect.after.subtotal_minor) == (800_00, 640_00)
    text = text_of(page)
    assert "20 % off the list price of member seats of acme-team for Acme GmbH" in text
    assert "US$800.00" in text
    assert "US$640.00" in text
    assert "20 % below list" in text


def test_it_says_who_may_decide_now_and_why(approvals):
    asked = approvals.discount()

    fresh = open_page(approvals.clients["ben"], asked).context_data
    asked_late = approvals.terms(at=NOW - timedelta(hours=30))
    late = open_page(approvals.clients["ben"], asked_late).context_data

    assert [(one.name, one.why) for one in fresh["deciders"]] == [
        ("alma", "approver"), ("carla", "approver"),
    ]  # fmt: skip
    assert [one.name for one in late["deciders"]] == ["alma", "carla", "eva"]
    assert late["deciders"][2].why == (
        "administrator, standing in because its target time has passed"
    )


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("approve", "approved"), ("reject", "rejected"), ("send_back", "sent_back")],
)
def test_an_approver_decides_with_a_reason(approvals, verdict, state):
    asked = approvals.discount()

    decide(approvals.clients["alma"], asked, verdict)

    decision = asked.decisions.get()
    assert (asked.state, decision.by.username, decision.reason) == (
        state, "alma", "Agreed with the head of sales",
    )  # fmt: skip


def test_without_a_reason_nothing_is_decided(approvals):
    asked = approvals.discount()

    answer = decide(approvals.clients["alma"], asked, "approve", reason=" ")

    assert (answer.status_code, asked.state) == (422, "requested")
    assert "Say why" in text_of(answer)


def test_who_asked_is_told_why_they_do_not_decide(approvals):
    asked = approvals.discount()

    page = open_page(approvals.clients["ben"], asked)
    answer = decide(approvals.clients["ben"], asked, "approve")

    assert "You asked for it, so somebody else must decide." in text_of(page)
    assert 'value="approve"' not in page.content.decode()
    assert (answer.status_code, asked.state) == (422, "requested")


def test_an_effect_that_moved_is_shown_anew_and_the_reason_is_kept(approvals):
    asked = approvals.discount()
    client = approvals.clients["alma"]
    seen = open_page(client, asked).context_data["effect"].digest
    approvals.seats.send("more", at=NOW, quantity=5, effective_at=NOW - timedelta(minutes=1))

    answer = decide(client, asked, "approve", seen=seen)

    assert (answer.status_code, asked.state) == (409, "requested")
    assert "changed since the page was opened" in text_of(answer)
    assert "Agreed with the head of sales" in text_of(answer)
    decide(client, asked, "approve", seen=answer.context_data["effect"].digest)
    assert asked.state == "approved"


def test_sent_back_it_is_asked_again_by_who_asked(approvals):
    asked = approvals.discount()
    decide(approvals.clients["alma"], asked, "send_back", reason="For how long?")

    text = text_of(open_page(approvals.clients["ben"], asked))
    decide(approvals.clients["ben"], asked, "resubmit", reason="Half a year, as said", seen="")

    assert "Copy into a new request" in text
    assert (asked.state, asked.round) == ("requested", 2)


def test_who_asked_withdraws(approvals):
    asked = approvals.discount()

    decide(approvals.clients["ben"], asked, "withdraw", reason="They signed at list")

    assert asked.state == "withdrawn"


def test_escalated_the_one_who_stands_in_may_decide(approvals):
    asked = approvals.discount()
    decide(approvals.clients["ben"], asked, "escalate", reason="They sign tonight")

    page = open_page(approvals.clients["eva"], asked)
    decide(approvals.clients["eva"], asked, "approve")

    assert "standing in because it was escalated" in text_of(page)
    assert asked.state == "approved"


def large(approvals) -> ExceptionRequest:
    return approvals.discount(percent=100, ends_on=day(3, 15).date().replace(year=2037))


def test_a_large_amount_asks_to_sign_in_again_and_needs_two(approvals):
    asked = large(approvals)
    client = approvals.clients["alma"]

    page = open_page(client, asked)
    answer = client.post(
        reverse("desk:approval_decide", args=[asked.number]),
        {"verdict": "approve", "reason": "Agreed", "seen": page.context_data["effect"].digest},
    )

    asked.refresh_from_db()
    assert "Two people of role approver agree" in text_of(page)
    assert "Sign in again to approve" in text_of(page)
    assert 'value="approve"' not in page.content.decode()
    assert (answer.status_code, asked.decisions.count()) == (302, 0)


def test_a_large_amount_is_agreed_by_two_who_signed_in_again(approvals):
    asked = large(approvals)
    states = []

    for name in ("alma", "carla"):
        client = approvals.clients[name]
        session = client.session
        session["company_asked_at"] = time.time()
        session.save()
        decide(client, asked, "approve")
        states.append(asked.state)

    assert states == ["requested", "approved"]
    assert [one.proved_again for one in asked.decisions.all()] == [True, True]


def test_history_tells_everything_in_order(approvals):
    asked = approvals.discount()
    client = approvals.clients["ben"]
    comment_exception(
        request_id=asked.pk, text="They called again", by=approvals.people["ben"],
        at=NOW - timedelta(minutes=30),
    )  # fmt: skip
    decide(approvals.clients["alma"], asked, "approve")

    history = open_page(client, asked).context_data["page"].history

    assert [(one.by, one.words, one.text) for one in history] == [
        ("ben", "asked for it", "They buy 50 more seats in May"),
        ("ben", "commented", "They called again"),
        ("alma", "approved it", "Agreed with the head of sales"),
    ]  # fmt: skip


PDF = b"%PDF-1.7 evidence"


def test_evidence_is_attached_and_downloaded(approvals):
    asked = approvals.discount()
    client = approvals.clients["ben"]
    upload = SimpleUploadedFile("mail.pdf", PDF, content_type="text/html")

    client.post(reverse("desk:approval_attach", args=[asked.number]), {"attachment": upload})
    (kept,) = open_page(client, asked).context_data["page"].attachments
    answer = client.get(reverse("desk:approval_attachment", args=[asked.number, kept.id]))

    assert (kept.name, kept.by) == ("mail.pdf", "ben")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_file_that_is_not_what_it_says_is_not_attached(approvals):
    asked = approvals.discount()
    upload = SimpleUploadedFile("mail.pdf", b"<script>", content_type="application/pdf")

    answer = approvals.clients["ben"].post(
        reverse("desk:approval_attach", args=[asked.number]), {"attachment": upload}, follow=True
    )

    assert asked.attachments.count() == 0
    assert "attach a PDF, PNG or JPEG" in text_of(answer)


def test_a_file_is_only_found_under_its_own_request(approvals):
    asked, other = approvals.discount(), approvals.terms()
    upload = SimpleUploadedFile("mail.pdf", PDF)
    client = approvals.clients["ben"]
    client.post(reverse("desk:approval_attach", args=[asked.number]), {"attachment": upload})

    answer = client.get(
        reverse("desk:approval_attachment", args=[other.number, asked.attachments.get().pk])
    )

    assert answer.status_code == 404


def test_earlier_exceptions_of_the_customer_and_the_package_stand_beside_it(approvals):
    before = approvals.discount(at=NOW - timedelta(days=9), ends_on=day(4, 15).date())
    approvals.terms(at=NOW - timedelta(days=8))
    asked = approvals.discount(starts_on=day(5, 15).date())

    page = open_page(approvals.clients["alma"], asked).context_data["page"]

    assert [one.kind for one in page.of_customer] == ["payment_terms", "discount"]
    assert [one.number for one in page.of_package] == [before.number]


def test_what_was_carried_out_is_linked(approvals):
    asked = approvals.credit()
    decide(approvals.clients["alma"], asked, "approve")
    push_flow(stages=PAPERLESS, at=NOW + timedelta(minutes=1))
    asked.refresh_from_db()

    page = open_page(approvals.clients["sam"], asked)

    (note,) = page.context_data["page"].written
    assert note.address == reverse("desk:invoice", args=[asked.outcome["credit_note"]])


def test_a_revoked_grant_says_when_it_ends(approvals):
    asked = approvals.terms()
    decide(approvals.clients["alma"], asked, "approve")
    push_flow(stages=PAPERLESS, at=NOW + timedelta(minutes=1))

    page = open_page(approvals.clients["alma"], asked)
    answer = approvals.clients["alma"].post(
        reverse("desk:approval_revoke", args=[asked.number]), {"reason": "They left"}, follow=True
    )

    asked.refresh_from_db()
    assert "Its effect ends on 2026-02-21" in text_of(page)
    assert "Its effect ends on 2026-02-21" in text_of(answer)
    assert asked.state == "revoked"


def test_support_reads_and_says_nothing(approvals):
    asked = approvals.discount()
    client = approvals.clients["sam"]

    page = open_page(client, asked).content.decode()
    comment = client.post(reverse("desk:approval_comment", args=[asked.number]), {"text": "Hm"})
    decide(client, asked, "approve")

    assert 'name="reason"' not in page
    assert (comment.status_code, asked.state) == (403, "requested")


def test_a_dossier_takes_as_many_queries_with_a_long_history(
    approvals, django_assert_max_num_queries
):
    asked = approvals.terms()
    client = approvals.clients["alma"]
    open_page(client, asked)
    with django_assert_max_num_queries(60) as few:
        open_page(client, asked)
    for number in range(4):
        client.post(
            reverse("desk:approval_comment", args=[asked.number]), {"text": f"Word {number}"}
        )
        approvals.terms(at=NOW - timedelta(days=2))
    with django_assert_max_num_queries(60) as many:
        open_page(client, asked)

    assert len(many.captured_queries) == len(few.captured_queries)
