"""`make trace NAME=…`: every use of a term, in the order of the flow from calc to the docs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from config.environment import BASE_DIR

ORDER = (
    "kernel/", "billing/calc/", "accounts/models", "tax/models", "billing/enums", "billing/models/",
    "billing/records/", "billing/queries/", "accounts/operations/", "tax/operations/",
    "billing/operations/", "billing/documents/", "billing/pipeline", "billing/tasks",
    "billing/management/", "billing/api/", "billing/admin/", "accounts/", "tax/", "billing/",
    "desk/", "config/", "templates/", "static/", "docs/", "README", "tests/", "benchmarks/",
)  # fmt: skip
READ = {".py", ".html", ".md", ".yaml", ".js", ".css"}


def place(path: str) -> int:
    """Where a file comes in the flow; what is nowhere comes last."""
    return next((n for n, start in enumerate(ORDER) if path.startswith(start)), len(ORDER))


def uses(name: str) -> Iterator[tuple[str, int, str]]:
    """Path, line number and line of every use of the word."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    word = re.compile(rf"\b{re.escape(name)}\b")
    for path in sorted(listed.stdout.split(), key=lambda path: (place(path), path)):
        if Path(path).suffix in READ and "/migrations/" not in path:
            lines = (BASE_DIR / path).read_text(encoding="utf-8").splitlines()
            yield from (
                (path, number, line.strip())
                for number, line in enumerate(lines, 1)
                if word.search(line)
            )


def main() -> int:
    if len(sys.argv) != 2:
        print("Say which term: make trace NAME=increase_proration", file=sys.stderr)
        return 2
    console, last, found = Console(highlight=False), "", 0
    for path, number, line in uses(sys.argv[1]):
        if path != last:
            console.print(f"\n[bold]{path}[/]")
            last = path
        console.print(f"  {number:>4}  ", end="")
        console.print(line, markup=False)
        found += 1
    console.print(f"\n{found} uses of “{sys.argv[1]}”.")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
