"""Limits a service keeps: how many calls at once, how many a minute for each key."""

import time
from collections import OrderedDict, deque
from dataclasses import dataclass


@dataclass
class Limit:
    """None means no limit. Above it the answer is 429 with Retry-After."""

    concurrency: int | None = None
    rpm: int | None = None


class Limits:
    """Per service; requests per minute are counted for each key over a sliding minute."""

    WINDOW = 60.0

    def __init__(self) -> None:
        self.by_service: dict[str, Limit] = {}
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def refused(self, service: str, key: str, under_way: int) -> float | None:
        """Seconds to wait when the call is over a limit, else None. ``under_way`` counts this call too."""
        limit = self.by_service.get(service)
        if limit is None:
            return None
        if limit.concurrency is not None and under_way > limit.concurrency:
            return 1.0
        return self._over_rate(service, key, limit.rpm) if limit.rpm is not None else None

    def _over_rate(self, service: str, key: str, rpm: int) -> float | None:
        now = time.monotonic()
        seen = self._seen.setdefault((service, key), deque())
        self._seen.move_to_end((service, key))
        while len(self._seen) > 500:
            self._seen.popitem(last=False)
        while seen and seen[0] <= now - self.WINDOW:
            seen.popleft()
        if len(seen) >= rpm:
            return round(self.WINDOW - (now - seen[0]), 3) if seen else self.WINDOW
        seen.append(now)
        return None
