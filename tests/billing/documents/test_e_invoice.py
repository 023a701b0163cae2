"""Invoices as data: every treatment, currency and credit note passes XSD and schematron, and says what the page says."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from billing.documents.e_invoice.invalid import EInvoiceInvalid
from billing.documents.e_invoice.rules import (
    RuleBook,
    broken_rules,
    check_rules,
    failed,
    saxon,
    schematron_report,
)
from billing.documents.e_invoice.write import write_cii, write_ubl
from billing.documents.source import EarlierInvoice
from billing.enums import InvoiceKind, Settlement
from tests.billing.documents.samples import BUYER, GERMAN_BUYER, SELLER, sample_lines
from tests.billing.documents.tax_samples import (
    AMERICAN_SELLER,
    TAXED,
    bahraini_dinar,
    charged_and_outside,
    credit_note,
    destination_gb,
    dinar,
    domestic,
    eu_consumer,
    export,
    mixed_rates,
    not_taxable,
    outside_scope,
    paid_by_credit,
    partly_paid,
    quebec,
    reverse_charge,
    tax_on,
    taxed,
    texas,
    untaxed,
    with_credit_lines,
    yen,
)
from tests.billing.documents.xml_reading import texts, totals, vat_groups

SELLER_VAT = "//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']"
SELLER_TAX = "//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']"
BUYER_VAT = "//ram:BuyerTradeParty/ram:SpecifiedTaxRegistration/ram:ID"


@pytest.mark.parametrize("name", TAXED)
def test_every_treatment_currency_and_credit_note_passes_the_rules_of_cii(name):
    xml = write_cii(TAXED[name]()).xml

    assert broken_rules(xml, RuleBook.CII) == []


@pytest.mark.parametrize("name", TAXED)
def test_every_treatment_currency_and_credit_note_passes_the_rules_of_ubl(name):
    source = TAXED[name]()
    is_credit_note = source.invoice.kind == InvoiceKind.CREDIT_NOTE

    xml = write_ubl(source).xml

    book = RuleBook.UBL_CREDIT_NOTE if is_credit_note else RuleBook.UBL_INVOICE
    assert broken_rules(xml, book) == []


@pytest.mark.parametrize("name", TAXED)
def test_the_data_and_the_invoice_come_to_the_same_amounts(name):
    source = TAXED[name]()
    invoice = source.invoice

    data = write_cii(source)

    places = {"JPY": 0, "KWD": 3, "BHD": 3}.get(invoice.currency, 2)
    due = abs(Decimal(invoice.amount_due_minor).scaleb(-places))
    assert data.is_exact == (places <= 2)
    assert abs(Decimal(totals(data.xml)["DuePayableAmount"]) - due) < Decimal("0.006")
    if data.is_exact:
        assert Decimal(totals(data.xml)["DuePayableAmount"]) == due


@pytest.mark.parametrize("name", TAXED)
def test_the_same_rows_give_the_same_bytes(name):
    assert write_cii(TAXED[name]()).xml == write_cii(TAXED[name]()).xml


def test_a_domestic_invoice_says_all_that_a_machine_needs():
    xml = write_cii(domestic()).xml

    assert texts(xml, "//rsm:ExchangedDocument/ram:TypeCode") == ["380"]
    assert texts(xml, "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID") == [
        "urn:cen.eu:en16931:2017"
    ]
    assert texts(xml, SELLER_VAT) == ["DE129274202"]
    assert texts(xml, BUYER_VAT) == ["DE811128135"]
    assert texts(xml, "//ram:BuyerReference") == ["cus-20331"]
    assert vat_groups(xml) == [("S", "19", "683.14", "129.80")]
    assert totals(xml)["GrandTotalAmount"] == "812.94"
    assert texts(xml, "//ram:TaxPointDate/udt:DateString") == ["20260228"]
    assert texts(
        xml, "//ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod//udt:*"
    ) == [
        "20260201",
        "20260228",
    ]
    assert texts(xml, "//ram:DueDateDateTime/udt:DateTimeString") == ["20260303"]


def test_lines_supplied_on_several_days_name_no_single_day_of_supply():
    xml = write_cii(domestic(cycle_date=date(2026, 2, 15))).xml

    assert texts(xml, "//ram:TaxPointDate") == []
    assert texts(xml, "//ram:OccurrenceDateTime/udt:DateTimeString") == ["20260228"]


def test_a_line_says_its_seats_period_formula_and_price():
    xml = write_cii(domestic()).xml

    line = "//ram:IncludedSupplyChainTradeLineItem[2]"
    assert texts(xml, f"{line}//ram:Content") == [
        "4 Plätze × 12,00 × 24/28 Tage (5. bis 28. Februar) = 41,14"
    ]
    assert texts(xml, f"{line}//ram:BilledQuantity") == ["4"]
    assert texts(xml, f"{line}//ram:ChargeAmount") == ["41.14"]
    assert texts(xml, f"{line}//ram:BasisQuantity") == ["4"]
    assert texts(xml, f"{line}//ram:LineTotalAmount") == ["41.14"]
    assert texts(xml, f"{line}//udt:DateTimeString") == ["20260205", "20260228"]


def test_quantity_times_price_is_the_net_amount_of_every_line():
    xml = write_cii(with_credit_lines()).xml

    numbers = [
        [
            Decimal(text)
            for text in texts(xml, f"//ram:IncludedSupplyChainTradeLineItem//ram:{name}")
        ]
        for name in ("BilledQuantity", "ChargeAmount", "LineTotalAmount")
    ]
    base = "//ram:IncludedSupplyChainTradeLineItem[{}]//ram:BasisQuantity"
    for at, (quantity, price, net) in enumerate(zip(*numbers, strict=True), 1):
        per = Decimal((texts(xml, base.format(at)) or ["1"])[0])
        assert quantity * price / per == net
        assert price >= 0
    assert [quantity < 0 for quantity in numbers[0]] == [False, False, False, True, True]


def test_a_credit_note_is_a_381_with_positive_amounts_that_names_what_it_corrects():
    xml = write_cii(credit_note()).xml

    assert texts(xml, "//rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert totals(xml)["DuePayableAmount"] == "836.39"
    assert vat_groups(xml) == [("S", "19", "702.85", "133.54")]
    reference = "//ram:InvoiceReferencedDocument"
    assert texts(xml, f"{reference}/ram:IssuerAssignedID") == ["NWD-000041"]
    assert texts(xml, f"{reference}//*[@format='102']") == ["20260101"]
    assert texts(xml, "//ram:DueDateDateTime") == []
    assert texts(xml, "//ram:SpecifiedTradePaymentTerms/ram:Description") == [
        "836,39\u00a0€ wurden Ihrem Guthaben gutgeschrieben. Ihre nächste Rechnung verwendet es zuerst."
    ]


def test_a_refund_says_that_it_is_one():
    xml = write_cii(credit_note(settlement=Settlement.REFUND, language="en")).xml

    (words,) = texts(xml, "//ram:SpecifiedTradePaymentTerms/ram:Description")
    assert words == "€836.39 will be refunded to you. There is nothing you need to do."


def test_reverse_charge_names_both_vat_ids_and_the_reason():
    xml = write_cii(reverse_charge()).xml

    assert vat_groups(xml) == [("AE", "0", "683.14", "0.00")]
    assert texts(xml, SELLER_VAT) == ["DE129274202"]
    assert texts(xml, BUYER_VAT) == ["NL004495445B01"]
    assert texts(xml, "//ram:ExemptionReasonCode") == ["VATEX-EU-AE"]
    (reason,) = texts(xml, "//ram:ExemptionReason")
    assert reason.startswith("Reverse charge – Btw verlegd")


@pytest.mark.parametrize("make", [outside_scope, dinar])
def test_outside_the_scope_no_vat_id_is_stated_and_the_seller_is_known_by_its_register(make):
    xml = write_cii(make()).xml

    assert texts(xml, "//ram:ID[@schemeID='VA']") == []
    assert texts(xml, "//ram:SellerTradeParty/ram:ID") == ["NWD"]
    assert texts(xml, "//ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID") == [
        "HRB 214512 B, Amtsgericht Charlottenburg"
    ]
    assert [group[:2] for group in vat_groups(xml)] == [("O", "")]


def test_a_number_of_the_buyer_that_is_no_vat_id_is_its_registration():
    rows = sample_lines(3)
    buyer = {**BUYER, "country": "AU", "tax_number": "51 824 753 556"}
    xml = write_cii(taxed(rows, [tax_on(rows)], buyer=buyer)).xml

    assert texts(xml, BUYER_VAT) == []
    assert texts(xml, "//ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID") == [
        "51 824 753 556"
    ]


def test_two_taxes_on_a_line_are_one_category_at_their_sum_and_stand_apart_in_the_notes():
    source = quebec()
    xml = write_cii(source).xml

    ((category, rate, base, tax),) = vat_groups(xml)
    assert (category, rate, base) == ("S", "14.975", "702.85")
    assert Decimal(tax) == Decimal(source.invoice.tax_minor).scaleb(-2)
    assert texts(xml, "//rsm:ExchangedDocument/ram:IncludedNote/ram:Content") == [
        "GST 5\u00a0% on CA$702.85: CA$35.14",
        "QST 9.975\u00a0% on CA$702.85: CA$70.11",
    ]
    assert texts(xml, SELLER_TAX) == ["100001234 RT0001"]


def test_where_80_percent_are_taxable_the_line_bears_the_effective_rate():
    xml = write_cii(texas()).xml

    ((category, rate, base, tax),) = vat_groups(xml)
    assert (category, rate, base, tax) == ("S", "6.6", "702.85", "46.39")
    assert texts(xml, SELLER_TAX) == ["32012345678"]
    notes = texts(xml, "//rsm:ExchangedDocument/ram:IncludedNote/ram:Content")
    assert notes[0] == "Sales tax 6.25\u00a0% on $562.28: $35.14"


def test_lines_of_two_rates_make_two_groups():
    source = mixed_rates()
    xml = write_cii(source).xml

    assert [group[:2] for group in vat_groups(xml)] == [("S", "19"), ("S", "16")]
    assert sum(Decimal(group[3]) for group in vat_groups(xml)) == Decimal(
        source.invoice.tax_minor
    ).scaleb(-2)
    assert texts(xml, "//ram:TaxPointDate") == []


def test_beside_taxed_lines_what_is_outside_the_scope_is_written_as_exempt():
    xml = write_cii(charged_and_outside()).xml

    assert [group[:2] for group in vat_groups(xml)] == [("S", "19"), ("E", "0")]
    (reason,) = texts(xml, "//ram:ExemptionReason")
    assert reason.startswith("No VAT: the service is supplied where the customer is")


def test_exempt_without_any_tax_id_of_the_seller_is_written_as_outside_the_scope():
    xml = write_cii(not_taxable()).xml

    assert [group[:2] for group in vat_groups(xml)] == [("O", "")]
    assert texts(xml, "//ram:ExemptionReason") == [
        "No sales tax: California does not tax this service."
    ]


def test_reverse_charge_by_a_seller_without_any_tax_id_is_written_as_outside_the_scope():
    seller = {**AMERICAN_SELLER, "registration_number": "C4215530"}
    xml = write_cii(reverse_charge(seller=seller)).xml

    assert [group[:2] for group in vat_groups(xml)] == [("O", "")]
    (reason,) = texts(xml, "//ram:ExemptionReason")
    assert reason.startswith("Reverse charge")
    assert texts(xml, "//ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID") == [
        "NL004495445B01"
    ]


def test_an_export_carries_its_code():
    xml = write_cii(export()).xml

    assert vat_groups(xml)[0][:2] == ("G", "0")
    assert texts(xml, "//ram:ExemptionReasonCode") == ["VATEX-EU-G"]
    assert texts(xml, BUYER_VAT) == ["CHE-107.787.577MWST"]


def test_the_number_the_tax_was_charged_under_is_the_sellers():
    xml = write_cii(destination_gb()).xml

    assert texts(xml, SELLER_VAT) == ["GB394874120"]


def test_tax_in_local_currency_stands_beside_the_tax_with_its_rate_and_source():
    source = destination_gb()
    xml = write_cii(source).xml

    assert texts(xml, "//ram:TaxCurrencyCode") == ["GBP"]
    assert totals(xml)["TaxTotalAmount"] == "136.63"
    assert totals(xml)["TaxTotalAmount GBP"] == "118.23"
    assert texts(xml, "//rsm:ExchangedDocument/ram:IncludedNote/ram:Content") == [
        "Tax in GBP: £118.23 (1 EUR = 0.8653 GBP, European Central Bank, 30 January 2026)."
    ]


def test_a_consumer_without_a_tax_number_has_none_in_the_data():
    assert texts(write_cii(eu_consumer()).xml, BUYER_VAT) == []


def test_a_currency_without_decimals_has_none_in_the_data():
    xml = write_cii(yen()).xml

    assert totals(xml) == {
        "LineTotalAmount": "68314",
        "TaxBasisTotalAmount": "68314",
        "TaxTotalAmount": "6831",
        "GrandTotalAmount": "75145",
        "DuePayableAmount": "75145",
    }
    assert texts(xml, SELLER_TAX) == ["T7000012050002"]


@pytest.mark.parametrize("make", [dinar, bahraini_dinar])
def test_three_decimals_are_rounded_line_by_line_and_the_exact_amount_is_a_note(make):
    source = make()

    data = write_cii(source)

    assert not data.is_exact
    exact = Decimal(source.invoice.amount_due_minor).scaleb(-3)
    rounded = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert Decimal(totals(data.xml)["DuePayableAmount"]) == rounded
    notes = texts(data.xml, "//rsm:ExchangedDocument/ram:IncludedNote/ram:Content")
    assert notes[-1] == f"Exact amount due: {exact} {source.invoice.currency}"


def test_applied_credit_is_what_was_prepaid():
    xml = write_cii(partly_paid()).xml

    assert totals(xml)["TotalPrepaidAmount"] == "45.00"
    assert totals(xml)["DuePayableAmount"] == "767.94"


def test_an_invoice_that_credit_covers_asks_for_no_payment():
    xml = write_cii(paid_by_credit()).xml

    assert totals(xml)["DuePayableAmount"] == "0.00"
    assert texts(xml, "//ram:SpecifiedTradeSettlementPaymentMeans") == []


@pytest.mark.parametrize(
    ("seller", "changes", "means", "account"),
    [
        (SELLER, {}, "58", "IBANID"),
        (SELLER, {"currency": "CHF"}, "30", "IBANID"),
        (AMERICAN_SELLER, {"currency": "USD"}, "30", "ProprietaryID"),
        ({**SELLER, "iban": "Account 4417 0093"}, {}, "30", "ProprietaryID"),
    ],
)
def test_the_account_decides_how_to_pay(seller, changes, means, account):
    rows = sample_lines(3)
    source = taxed(rows, [tax_on(rows)], seller=seller, buyer=GERMAN_BUYER, **changes)

    xml = write_cii(source).xml

    paying = "//ram:SpecifiedTradeSettlementPaymentMeans"
    assert texts(xml, f"{paying}/ram:TypeCode") == [means]
    assert texts(xml, f"{paying}//ram:{account}") == [seller["iban"]]
    assert texts(xml, "//ram:PaymentReference") == ["NWD-000042"]


def test_without_an_account_no_means_of_payment_is_named():
    rows = sample_lines(3)
    source = taxed(rows, [tax_on(rows)], seller={**SELLER, "iban": "", "bic": ""})

    assert texts(write_cii(source).xml, "//ram:SpecifiedTradeSettlementPaymentMeans") == []


def test_an_invoice_with_a_correction_names_the_invoice_it_corrects():
    rows = sample_lines(3)
    earlier = [EarlierInvoice("NWD-000040", date(2026, 1, 2))]

    xml = write_cii(taxed(rows, [tax_on(rows)], earlier)).xml

    assert texts(xml, "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["NWD-000040"]


def test_the_buyers_order_number_is_said_in_both_forms_and_left_out_without_one():
    ordered = domestic(buyer={**GERMAN_BUYER, "purchase_order": "PO 77"})
    place = "//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"

    assert texts(write_cii(ordered).xml, place) == ["PO 77"]
    assert texts(write_ubl(ordered).xml, "/*/cac:OrderReference/cbc:ID") == ["PO 77"]
    assert texts(write_cii(domestic()).xml, place) == []


def test_ubl_says_the_same_as_cii():
    cii, ubl = write_cii(credit_note()).xml, write_ubl(credit_note()).xml

    assert texts(ubl, "//cbc:CreditNoteTypeCode") == ["381"]
    assert texts(ubl, "//cbc:PayableAmount") == [totals(cii)["DuePayableAmount"]]
    assert texts(ubl, "//cac:BillingReference//cbc:ID") == ["NWD-000041"]
    assert texts(ubl, "//cbc:CreditedQuantity") == texts(cii, "//ram:BilledQuantity")
    assert texts(ubl, "/*/cbc:TaxPointDate") == ["2026-02-01"]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b">129.80<", b">139.80<", "BR-CO-14"),
        (b"<ram:LineTotalAmount>683.14<", b"<ram:LineTotalAmount>683.15<", "BR-CO-10"),
        (b"<ram:CategoryCode>S<", b"<ram:CategoryCode>O<", "BR-O-02"),
        (b">DE129274202<", b">129274202<", "BR-CO-09"),
        (b"<ram:CountryID>DE<", b"<ram:CountryID>XX<", "FX-SCH-A-000580"),
    ],
)
def test_the_schematron_catches_what_is_wrong(before, after, rule):
    xml = write_cii(domestic()).xml
    assert before in xml

    broken = broken_rules(xml.replace(before, after, 1), RuleBook.CII)

    assert rule in {one.rule for one in broken}


@pytest.mark.parametrize("book", RuleBook)
def test_no_rule_is_about_an_attribute_so_attributes_need_no_visit(book):
    schematron = book.schematron.read_text("utf-8")

    paths = [
        path
        for match in re.findall(
            r'<xsl:template match="([^"]*)" mode="M\d+" priority="1', schematron
        )
        for path in re.sub(r"\[[^\]]*\]", "", match).split("|")
    ]
    assert len(paths) > 50
    assert [path for path in paths if path.rpartition("/")[2].strip().startswith("@")] == []


@pytest.mark.parametrize("name", ["domestic", "credit_note", "quebec"])
def test_the_trimmed_schematron_finds_what_the_whole_one_finds(name):
    xml = write_cii(TAXED[name]()).xml.replace(b">VAT<", b">GST<")
    book = RuleBook.CII.schematron
    whole = saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(book))

    said = whole.transform_to_string(xdm_node=saxon().parse_xml(xml_text=xml.decode()))

    found = list(failed(schematron_report(xml, book)))
    assert found == list(failed(said.encode()))
    assert found


def test_the_xsd_catches_what_does_not_belong():
    xml = write_cii(domestic()).xml.replace(b"ram:BuyerReference>", b"ram:BuyerWish>")

    assert [one.rule for one in broken_rules(xml, RuleBook.CII)] == ["XSD"]


def test_a_refusal_names_the_invoice_and_the_rules():
    xml = write_cii(domestic()).xml.replace(b">DE129274202<", b">129274202<")

    with pytest.raises(
        EInvoiceInvalid, match=r"^NWD-000042 as data breaks BR-CO-09: .+ is not sent\."
    ):
        check_rules(xml, RuleBook.CII, number="NWD-000042")


def test_reverse_charge_without_a_number_of_the_buyer_is_refused_by_its_rule():
    buyer = {**GERMAN_BUYER, "tax_number": ""}

    with pytest.raises(EInvoiceInvalid, match="BR-AE-02"):
        write_cii(reverse_charge(buyer=buyer))


def test_a_line_without_a_tax_decision_is_refused():
    rows = sample_lines(4)

    with pytest.raises(EInvoiceInvalid, match="Line 4 has no tax decision"):
        write_cii(taxed(rows, [tax_on(rows[:3])]))


def test_sums_that_do_not_agree_are_refused():
    source = domestic(total_minor=812_95, tax_minor=129_81)

    with pytest.raises(EInvoiceInvalid, match=r"come to 812\.94 EUR, its total says 812\.95"):
        write_cii(source)


def test_an_invoice_from_before_taxes_has_no_data():
    with pytest.raises(EInvoiceInvalid, match="issued without a tax decision"):
        write_cii(taxed(sample_lines(3), []))


def test_a_snapshot_without_a_name_is_refused():
    buyer = {key: value for key, value in GERMAN_BUYER.items() if key != "legal_name"}

    with pytest.raises(EInvoiceInvalid, match="'legal_name' is missing"):
        write_cii(domestic(buyer=buyer))


def test_an_unknown_currency_is_refused():
    rows = sample_lines(3)
    tax = untaxed(rows, treatment="outside_scope", category_code="O", note="No VAT.")

    with pytest.raises(EInvoiceInvalid, match="XQQ"):
        write_cii(taxed(rows, [tax], currency="XQQ"))
