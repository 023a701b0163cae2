"""A product that follows the feed of changes, all the while, as the manual says."""

import threading
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.company import NoAnswer, ProductService

PAUSE_SECONDS = 0.5
PAGES = (3, 100)  # changes a page: while following, and from the beginning


@dataclass(slots=True)
class Follower:
    """It keeps its cursor and every id it met; two may ask at a time, and one waits."""

    service: ProductService
    cursor: str = ""
    met: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Ask again and again, whatever breaks meanwhile."""
        threading.Thread(target=self.keep_asking, daemon=True).start()

    def keep_asking(self) -> None:
        pause = threading.Event()
        while not pause.wait(PAUSE_SECONDS):
            with suppress(NoAnswer):
                self.catch_up()

    def catch_up(self) -> list[int]:
        """Every id met so far, once all was read that is in sight."""
        with self.lock:
            has_more = True
            while has_more:
                ids, self.cursor, has_more = page(self.service, self.cursor, PAGES[0])
                self.met += ids
            return list(self.met)


def read_from_the_beginning(service: ProductService) -> list[int]:
    met, cursor, has_more = page(service, "", PAGES[1])
    while has_more:
        ids, cursor, has_more = page(service, cursor, PAGES[1])
        met += ids
    return met


def page(service: ProductService, since: str, limit: int) -> tuple[list[int], str, bool]:
    """The ids of a page, where to go on, and whether there is more."""
    answer = service.get(f"entitlements/changes?since={since}&limit={limit}")
    return [one["id"] for one in answer["changes"]], answer["next_cursor"], answer["has_more"]
