"""Where the web processes of this machine add up their counts for Prometheus."""

from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by the library when it is imported


def empty_folder(folder: Path) -> None:
    """At the start of the product: counts of processes that are gone are not added up with ours."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)
