"""Many at once, for real."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

Work = Callable[[], Any]


def at_once(count: int, work: Work) -> list[Any]:
    """Runs ``work`` in threads that start together; results and exceptions in no order."""
    return together([work] * count)


def together(works: Sequence[Work]) -> list[Any]:
    """Runs different works in threads that start together; their results and exceptions, each in its work's place."""
    barrier = threading.Barrier(len(works))

    def run(work: Work) -> Any:
        barrier.wait(60)
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(60) for future in [pool.submit(run, work) for work in works]]
