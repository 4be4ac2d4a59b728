"""How many processes a worker has: more while work waits, fewer once it does not (R-131)."""

import time
from typing import Any, Final

from celery.worker.autoscale import Autoscaler

#: How often it is looked. Work that still waits then gets a process: beat's small tasks come by the handful, and are
#: done by those that there are before another one could begin.
LOOK_SECONDS: Final = 0.5
#: How long processes that were added are kept without need.
IDLE_SECONDS: Final = 30.0


class WaitingAutoscaler(Autoscaler):
    """Adds processes for work that waits, takes them away when none has been added for a while.

    Celery's own (5.7.0, `celery/worker/autoscale.py`) adds one at once, and keeps all until no task has come for half a
    minute. Beat sends one every five seconds, so that a worker never gave processes back.
    """

    def __init__(self, pool: Any, max_concurrency: int, min_concurrency: int = 0, **options: Any) -> None:
        super().__init__(pool, max_concurrency, min_concurrency, **{"keepalive": LOOK_SECONDS, **options})
        self._short_since: float | None = None

    def on_task_received(self, req: Any) -> None:
        """Is no sign of work that waits: that is counted by itself."""

    def scale_up(self, n: int) -> Any:
        """Adds ``n``, unless they were not missing at the last look."""
        now = time.monotonic()
        if self._short_since is None:
            self._short_since = now
        elif now - self._short_since >= self.keepalive:
            return super().scale_up(n)
        return None

    def scale_down(self, n: int) -> Any:
        """Takes ``n`` away, where they are idle and have been there for a while."""
        added_at: float | None = self._last_scale_up  # type: ignore[attr-defined]  # the stubs lack it
        if added_at is None or time.monotonic() - added_at > IDLE_SECONDS:
            return self._shrink(n)  # type: ignore[attr-defined]  # as above
        return None

    def _maybe_scale(self, req: Any = None) -> Any:
        if self.qty <= self.processes:
            self._short_since = None
        return super()._maybe_scale(req)  # type: ignore[misc]  # as above
