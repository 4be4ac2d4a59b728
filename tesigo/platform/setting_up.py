"""Says how far the setting up of a database is: some of its steps take a minute, and silence looks like a hang."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Seconds between two lines.
EVERY_SECONDS = 10.0
#: How Django's migrate ends the line of a step that is done.
_DONE = " OK"
#: How it begins that line, before the app and the step.
_BEGUN = "Applying "


class _Count(io.StringIO):
    """Counts the steps that are done in what is written to it, and keeps the name of the one under way."""

    done = 0
    now = "the first"

    def write(self, text: str) -> int:
        self.done += text.count(_DONE)
        if _BEGUN in text:
            self.now = text.partition(_BEGUN)[2].split(".", 1)[0].strip()
        return len(text)


@contextmanager
def telling(say: Callable[[str], None], *, total: int, every: float = EVERY_SECONDS) -> Iterator[io.StringIO]:
    """An output for ``migrate``; ``say`` gets a line every few seconds with how many of ``total`` steps are done."""
    count = _Count()
    with every_few_seconds(
        lambda took: say(f"  {count.done} of {total} steps are done after {took:.0f} s, now {count.now} …"), every
    ):
        yield count


@contextmanager
def every_few_seconds(tell: Callable[[float], None], every: float = EVERY_SECONDS) -> Iterator[None]:
    """Calls ``tell`` with the seconds since the begin, again and again until the block is over."""
    is_over, began = threading.Event(), time.monotonic()

    def go_on() -> None:
        while not is_over.wait(every):
            tell(time.monotonic() - began)

    teller = threading.Thread(target=go_on, name="setting up", daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_over.set()
        teller.join()
