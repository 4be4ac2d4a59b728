"""What was asked of the sandbox: counts, how many at once, and the last calls with their prompts."""

import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

TEXT_LIMIT = 40_000  # characters of a body that are kept
KEPT = 300


@dataclass
class Call:
    """One call; ``ms`` is None while it is under way, ``status`` 0 when the connection was dropped."""

    number: int
    service: str
    method: str
    path: str
    key: str
    model: str
    at: float
    text: str
    status: int = 0
    ms: float | None = None
    faults: list[str] = field(default_factory=list)


class CallLog:
    """Bounded log; the counts are of everything since the start or the last reset."""

    def __init__(self) -> None:
        self.under_way: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        """Forget counts and calls; calls under way go on being counted as under way."""
        self.counts: Counter[str] = Counter()
        self.statuses: dict[str, Counter[str]] = {}
        self.most: dict[str, int] = {}
        self.last: deque[Call] = deque(maxlen=KEPT)
        self._number = 0

    def begin(self, *, service: str, method: str, path: str, key: str, model: str, text: str) -> Call:
        """A call arrives."""
        self._number += 1
        call = Call(self._number, service, method, path, key[-8:], model, time.time(), text[:TEXT_LIMIT])
        self.counts[service] += 1
        self.under_way[service] += 1
        self.most[service] = max(self.most.get(service, 0), self.under_way[service])
        self.last.append(call)
        return call

    def end(self, call: Call, status: int) -> None:
        """The call is over."""
        call.status, call.ms = status, round((time.time() - call.at) * 1000, 1)
        self.under_way[call.service] -= 1
        self.statuses.setdefault(call.service, Counter())[str(status)] += 1

    def summary(self) -> dict[str, Any]:
        """Counts per service, by status, under way now, and the most at once."""
        return {
            "counts": dict(self.counts),
            "statuses": {service: dict(by) for service, by in self.statuses.items()},
            "under_way": {service: n for service, n in self.under_way.items() if n},
            "max_concurrency": self.most,
        }

    def newest(self, *, service: str = "", limit: int = 20, match: str = "") -> list[dict[str, Any]]:
        """The last calls, newest first."""
        found = (call for call in reversed(self.last) if service in ("", call.service) and (match in call.text))
        return [asdict(call) for call, _ in zip(found, range(limit), strict=False)]
