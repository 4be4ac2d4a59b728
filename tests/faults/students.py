"""Students who do not give up: a page that does not answer is asked again, as people do."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, TypeVar

import httpx

from demo.student import JourneyError, Student

T = TypeVar("T")

#: Where a document is once somebody else has to do something about it.
ORDERED: Final = {"queued", "writing", "ready", "failed"}
ENDED: Final = {"ready", "failed"}


class Stubborn:
    """One student's way from an address to a document, whatever breaks on the way. ``trouble`` counts what did."""

    def __init__(self, site: str, inbox: str, *, address: str, until: float) -> None:
        self.address = address
        self.document = ""
        self.state = "nothing yet"
        self.trouble: Counter[str] = Counter()
        self._student = Student(site, inbox, timeout=20)
        self._until = until

    def walk(self, **brief: str | None) -> None:
        """The whole journey; ``state`` says how it ended. Raises JourneyError when the time is over."""
        try:
            self.state = "signing in"
            self._insist(lambda: self._student.sign_in(self.address))
            self.state = "describing"
            self.document = self._insist(lambda: self._student.describe(**brief))
            self.state = "outlining"
            title = self._insist(self._outline)
            self.state = "choosing"
            self._insist(lambda: self._student.edit_outline(self.document, first_title=title))
            self.state = "paying"
            self._insist(self._order)
            self._insist(self._see_it_end)
        finally:
            self._student.close()

    def _insist(self, act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except (httpx.HTTPError, JourneyError, LookupError, StopIteration) as error:
                self.trouble[type(error).__name__] += 1
                if time.monotonic() > self._until:
                    raise JourneyError(f"{self.address} gave up while {self.state}: {error}") from error
                time.sleep(1)

    def _outline(self) -> str:
        """The first title. An outline that is being made, or made already, is not asked for again."""
        page = self._student.get(f"/documents/{self.document}/outline/")
        titles = [field.value for field in page.xpath("//input[starts-with(@name,'title-')]")]
        return (titles or self._student.get_outline(self.document))[0]

    def _order(self) -> None:
        """Pays, unless the order is there: the answer to a payment may have got lost."""
        if self._look() not in ORDERED:
            self._student.pay(self.document)
        if self._look() not in ORDERED:
            raise JourneyError("the order is not there yet")

    def _see_it_end(self) -> None:
        while self._look() not in ENDED:
            if time.monotonic() > self._until:
                raise JourneyError("the document is not finished")
            time.sleep(2)

    def _look(self) -> str:
        found: dict[str, Any] = self._student.snapshot(self.document)
        if found["state"] in ORDERED:
            self.state = found["state"]
        return str(found["state"])
