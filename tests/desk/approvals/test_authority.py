"""The matrix: read by everybody, changed only by a request that shows what differs."""

from django.urls import reverse

from accounts.models import AuthorityMatrix, ExceptionRequest
from desk.calc.authority_changes import RuleChange, rule_changes
from tests.desk.approvals.conftest import NOW

RULE = {
    "kind": "dunning_pause", "currency": "", "up_to_minor": None, "approvers": 1,
    "role": "approver", "stand_in": "administrator", "target_hours": 8, "needs_step_up": False,
}  # fmt: skip


def text_of(answer):
    return " ".join(answer.content.decode().split())


def rows(*rules):
    """A formset as the browser sends it; each rule a mapping of its fields."""
    said = {"form-TOTAL_FORMS": len(rules), "form-INITIAL_FORMS": 1}
    for number, rule in enumerate(rules):
        said |= {f"form-{number}-{name}": value for name, value in rule.items()}
    return said


KEPT = {"currency": "", "up_to": "", "approvers": "1", "role": "approver",
        "stand_in": "administrator", "target_hours": "8"}  # fmt: skip
SMALL = {**KEPT, "currency": "EUR", "up_to": "500", "approvers": "0", "role": "analyst"}


def propose(client, *rules, **said):
    address = reverse("desk:approval_propose", args=["dunning_pause"])
    return client.post(
        address, {**rows(*rules), "reason": "Analysts know them", **said}, follow=True
    )


def test_equal_rules_are_no_change():
    assert rule_changes(before=[RULE], after=[dict(RULE)]) == ()


def test_a_rule_is_new_gone_or_reads_differently():
    small = {**RULE, "up_to_minor": 500_00}
    slower = {**RULE, "target_hours": 24}

    assert rule_changes(before=[RULE], after=[small, slower]) == (
        RuleChange(None, small),
        RuleChange(RULE, slower),
    )
    assert rule_changes(before=[RULE, small], after=[RULE]) == (RuleChange(small, None),)


def test_everybody_reads_who_may_decide(approvals):
    page = approvals.clients["sam"].get(reverse("desk:approval_authority"))

    text = text_of(page)
    assert "up to CHF 250.00, €250.00, £250.00" in text
    assert "An analyst alone" in text
    assert "anything above" in text
    assert "what it started with" in text
    assert "Ask to change" not in text


def test_a_change_is_shown_before_it_is_asked_for(approvals):
    page = propose(approvals.clients["ben"], KEPT, SMALL)

    (change,) = page.context_data["changes"]
    assert (change.limit, change.before, change.after) == (
        "up to €500.00", "", "An analyst alone within 8 hours, then administrator",
    )  # fmt: skip
    assert ExceptionRequest.objects.count() == 0


def test_a_change_of_the_matrix_is_itself_a_request(approvals):
    propose(approvals.clients["ben"], KEPT, SMALL, ask="1")

    asked = ExceptionRequest.objects.get()
    page = approvals.clients["alma"].get(reverse("desk:approval", args=[asked.number]))
    assert (asked.kind, asked.rule.approvers, asked.rule.needs_step_up) == (
        "authority_change", 2, True,
    )  # fmt: skip
    assert [one.limit for one in page.context_data["changes"]] == ["up to €500.00"]
    assert AuthorityMatrix.objects.count() == 1


def test_nothing_changed_is_nothing_to_ask(approvals):
    page = propose(approvals.clients["ben"], KEPT, ask="1")

    assert "Every rule stays as it is" in text_of(page)
    assert ExceptionRequest.objects.count() == 0


def test_a_kind_somebody_can_always_decide(approvals):
    page = propose(approvals.clients["ben"], {**KEPT, "DELETE": "on"}, SMALL, ask="1")

    assert "dunning_pause needs a rule for every currency without limit" in text_of(page)
    assert ExceptionRequest.objects.count() == 0


def test_the_page_names_the_request_a_version_was_agreed_as(approvals):
    propose(approvals.clients["ben"], KEPT, SMALL, ask="1")
    asked = ExceptionRequest.objects.get()
    AuthorityMatrix.objects.create(version=2, since=NOW, request=asked)

    page = approvals.clients["sam"].get(reverse("desk:approval_authority"))

    assert [(one.version, one.request, one.asked_by) for one in page.context_data["versions"]] == [
        (2, asked.number, "ben"), (1, "", ""),
    ]  # fmt: skip
