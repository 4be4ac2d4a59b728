"""Claiming one step with 100,000 queued: the median time, and how PostgreSQL finds it.

Before the 100,000 that are ready lie 100,000 that are done, as on a site that has worked for a while. STEPS= (100000),
CLAIMS= (500).
"""

import os
import time
from statistics import median, quantiles
from typing import Any, Final

from benchmarks import tables
from benchmarks.site import site

_MOST_MS: Final = 5.0
# Copies of a row, whatever columns it has by now.
_COPY_DOCUMENT: Final = """
    INSERT INTO documents_document
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'session_id', gen_random_uuid()))).*
    FROM documents_document AS one, generate_series(1, %s) WHERE one.id = %s
"""
_COPY_JOB: Final = """
    INSERT INTO generation_job
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'document_id', document.id))).*
    FROM generation_job AS one, documents_document AS document WHERE one.id = %s AND document.id <> one.document_id
"""
_COPY_STEP: Final = """
    INSERT INTO generation_step
    SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('generation_step', 'id')), 'job_id', job.id, 'stage', %s::text,
        'state', %s::text, 'sort_key', one.sort_key + (random() * 1000000)::int
    ))).*
    FROM generation_step AS one, generation_job AS job WHERE one.id = %s AND job.id <> one.job_id
"""


def main() -> None:
    """Fills the queue, claims one step after the other, and explains the very statement that claimed."""
    steps, claims = int(os.environ.get("STEPS", "100000")), int(os.environ.get("CLAIMS", "500"))
    with site():
        from generation.engine import queue  # not before Django is set up

        _fill(steps)
        times = []
        for _ in range(claims):
            began = time.perf_counter()
            taken = queue.claim(limit=1, worker="benchmark")
            times.append((time.perf_counter() - began) * 1000)
            if len(taken) != 1:
                raise SystemExit("A claim came back empty.")
        plan = _plan()
    print("\n".join(plan))
    is_scanned = any("Seq Scan on generation_step" in line for line in plan)
    rows = [
        ("median", f"{median(times):.2f} ms", f"≤ {_MOST_MS:.0f} ms"),
        ("95 of 100 within", f"{quantiles(times, n=20)[18]:.2f} ms", ""),
        ("slowest", f"{max(times):.2f} ms", ""),
        ("scans the whole table", "yes" if is_scanned else "no", "no"),
    ]
    tables.show(f"Claiming one of {steps:,} queued steps, {claims} times", ("", "taken", "to reach"), rows)


def _fill(count: int) -> None:
    """One document's job with a step that is ready, copied: ``count`` jobs, each with a step done and a step ready."""
    from django.db import connection

    from benchmarks import orders
    from generation.enums import Stage, StepState
    from generation.models import Job, Step

    document = orders.order(pages=1, sections=1)
    orders.start(document)
    job = Job.objects.get(document=document)
    step = Step.objects.get(job=job)
    with connection.cursor() as cursor:
        cursor.execute(_COPY_DOCUMENT, (count, document.pk))
        cursor.execute(_COPY_JOB, (job.pk,))
        cursor.execute(_COPY_STEP, (Stage.OUTLINE, StepState.DONE, step.pk))
        cursor.execute(_COPY_STEP, (Stage.RESEARCH, StepState.READY, step.pk))
        cursor.execute("ANALYZE")


def _plan() -> list[str]:
    """How the statements of one claim are run, as PostgreSQL explains them while it runs them."""
    from django.db import connection, transaction

    from generation.engine import queue

    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    lines = []
    with transaction.atomic(), connection.cursor() as cursor:
        with connection.execute_wrapper(note):
            queue.claim(limit=1, worker="benchmark")
        for sql, params in seen:
            if "SKIP LOCKED" in sql:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {sql}", params)
                lines += [str(line) for (line,) in cursor.fetchall()]
        transaction.set_rollback(True)
    return lines


if __name__ == "__main__":
    main()
