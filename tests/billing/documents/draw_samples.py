"""Draw the sample documents into a folder: `python -m tests.billing.documents.draw_samples FOLDER`."""

import subprocess
import sys
from datetime import UTC
from pathlib import Path

import django


def draw(folder: Path) -> None:
    """One PDF a sample, its first page as PNG beside it, and the data of taxed ones as XML and UBL."""
    from billing.documents.build_sheet import build_sheet  # noqa: PLC0415  Django is set up first
    from billing.documents.e_invoice.write import write_cii, write_ubl  # noqa: PLC0415
    from billing.documents.factur_x import AttachedInvoice  # noqa: PLC0415
    from billing.documents.weasy import print_sheet  # noqa: PLC0415
    from tests.billing.documents.samples import SAMPLES  # noqa: PLC0415
    from tests.billing.documents.tax_samples import TAXED  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for name, make_sheet in SAMPLES.items():
        keep(folder / name, print_sheet(make_sheet()).pdf)
    for name, make_source in TAXED.items():
        source = make_source()
        data = write_cii(source)
        attached = AttachedInvoice(
            data.xml, source.invoice.issued_at.astimezone(UTC), data.is_exact
        )
        keep(folder / f"taxed-{name}", print_sheet(build_sheet(source), attached).pdf)
        (folder / f"taxed-{name}.xml").write_bytes(data.xml)
        (folder / f"taxed-{name}.ubl.xml").write_bytes(write_ubl(source).xml)


def keep(path: Path, pdf: bytes) -> None:
    file = path.with_suffix(".pdf")
    file.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-png", "-r", "130", "-singlefile", file, path], check=True)


if __name__ == "__main__":
    django.setup()
    draw(Path(sys.argv[1]))
