"""What the tax stage really decides, for every tax scenario: each invoice is data that validates."""

from pathlib import Path

import pytest

from billing.documents.e_invoice.write import write_cii, write_ubl
from billing.enums import InvoiceState
from billing.management.scenario_files import load_scenario, scenario_files
from billing.models import Invoice
from billing.operations.play_scenario import open_play
from billing.pipeline import STAGES
from billing.queries.invoice_sources import invoice_sources
from tests.billing.documents.xml_reading import totals

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "tax"
FILES = scenario_files([str(FOLDER)])
PAPERLESS = tuple(stage for stage in STAGES if stage.name != "render")


@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_invoice_of_a_tax_scenario_is_accepted_as_cii_and_ubl(path: Path):
    open_play(load_scenario(path), PAPERLESS).run()

    issued = Invoice.objects.filter(state=InvoiceState.FINALIZED)
    for source in invoice_sources(issued):
        data = write_cii(source)
        write_ubl(source)
        assert "DuePayableAmount" in totals(data.xml)
