"""Draw the sample documents into a folder: `python -m tests.billing.documents.draw_samples FOLDER`."""

import subprocess
import sys
from pathlib import Path

import django


def draw(folder: Path) -> None:
    """One PDF a sample, and its first page as PNG beside it."""
    from billing.documents.weasy import print_sheet  # noqa: PLC0415  Django is set up first
    from tests.billing.documents.samples import SAMPLES  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for name, make_sheet in SAMPLES.items():
        file = folder / f"{name}.pdf"
        file.write_bytes(print_sheet(make_sheet()).pdf)
        subprocess.run(
            ["pdftoppm", "-png", "-r", "130", "-singlefile", file, folder / name], check=True
        )


if __name__ == "__main__":
    django.setup()
    draw(Path(sys.argv[1]))
