"""Expectations: whole means nothing more and nothing less; differences are sentences."""

from billing.calc.scenario.compare import compare
from billing.calc.scenario.read import read_scenario
from tests.billing.scenarios.stories import scenario


def line(amount, **others):
    return {"kind": "recurring", "seat_type": "member", "quantity": 1, "amount": amount, **others}


def played(*invoices, **others):
    return {"invoices": list(invoices), "seats": {}, "refusals": [], "held": [], **others}


def invoice(total, *lines, issued_at="2026-06-01T00:00:00Z"):
    return {
        "issued_at": issued_at,
        "total": total,
        "kind": "invoice",
        "lines": list(lines),
        "taxes": [],
    }


def differences(expect, came):
    return compare(read_scenario(scenario(expect=expect)).expect, came, zone="Europe/Berlin")


def test_amounts_compare_as_numbers():
    came = played(invoice("10.00", line("10.00")))

    assert differences({"lines_include": [{"amount": 10}], "last_invoice_total": "10"}, came) == []


def test_two_expected_lines_need_two_lines():
    came = played(invoice("5.00", line("5.00")))

    found = differences({"lines_include": [{"amount": "5.00"}, {"quantity": 1}]}, came)

    assert found == [
        "No invoice has the line with quantity 1. There are recurring 1 member = 5.00."
    ]


def test_a_vague_expectation_leaves_the_line_another_needs():
    came = played(invoice("9.00", line("5.00"), line("4.00")))

    assert differences({"lines_include": [{"quantity": 1}, {"amount": "5.00"}]}, came) == []


def test_whole_invoices_name_what_is_missing_and_what_is_too_much():
    came = played(invoice("9.00", line("5.00"), line("4.00")), invoice("1.00"))
    whole = [
        {"issued": "2026-06-01", "total": "8.00", "lines": [{"amount": "5.00"}, {"amount": "3.00"}]}
    ]

    assert differences({"invoices": whole}, came) == [
        "2 invoices were issued, not 1. Issued were 2026-06-01: 9.00, 2026-06-01: 1.00.",
        "Invoice 1: total is 9.00, not 8.00.",
        "Invoice 1: there is no line with amount 3.00.",
        "Invoice 1: nobody expected the line recurring 1 member = 4.00.",
    ]


def test_the_day_of_issue_is_the_customers():
    came = played(invoice("1.00", issued_at="2026-05-31T22:30:00Z"))

    assert differences({"invoices": [{"issued": "2026-06-01"}]}, came) == []
    assert differences({"invoices": [{"issued": "2026-05-31T22:30:00Z"}]}, came) == []
    assert differences({"invoices": [{"issued": "2026-05-31"}]}, came) == [
        "Invoice 1: it was issued on 2026-06-01, not on 2026-05-31."
    ]


def test_refusals_and_holds_are_whole():
    came = played(
        refusals=[{"event": "e1", "code": "seat_limit_reached", "message": "No."}],
        held=[{"code": "tax_registration_missing", "message": "No."}],
    )

    assert differences({"refusals": [], "held": []}, came) == [
        "Nobody expected the refusal e1 seat_limit_reached.",
        "Nobody expected the hold tax_registration_missing.",
    ]
    assert differences({"refusals": [{"code": "seat_limit_reached"}]}, came) == []


def test_an_unexpected_stop_of_the_flow_is_always_a_difference():
    came = played(held=[{"code": "unexpected_error", "message": "ValueError: what?"}])

    assert differences({}, came) == ["The flow stopped: ValueError: what?"]
