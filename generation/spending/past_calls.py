"""Replaces old calls by sums: by day and model, and by month, language and kind of document (R-22, R-77, R-118)."""

from typing import Final

from django.db import connection
from django.db.models import QuerySet

from generation.enums import Outcome
from generation.models import Attempt

# In one statement: a call is a row of its own or part of a sum, and never both.
_SUM_UP: Final = """
    WITH gone AS (DELETE FROM generation_attempt WHERE id = ANY(%(ids)s) RETURNING *),
    kept AS (
        INSERT INTO generation_modelday AS present (
            day, provider, model_name, calls, failed, input_tokens, output_tokens, cached_tokens, cache_write_tokens,
            reasoning_tokens, cost, lost
        )
        SELECT (started_at AT TIME ZONE 'UTC')::date, provider, model_name, count(*),
               count(*) FILTER (WHERE outcome <> %(succeeded)s), sum(input_tokens), sum(output_tokens),
               sum(cached_tokens), sum(cache_write_tokens), sum(reasoning_tokens), sum(cost),
               coalesce(sum(reserved_cost) FILTER (WHERE outcome = ANY(%(lost)s)), 0)
        FROM gone GROUP BY 1, 2, 3
        ON CONFLICT (day, provider, model_name) DO UPDATE SET
            calls = present.calls + excluded.calls,
            failed = present.failed + excluded.failed,
            input_tokens = present.input_tokens + excluded.input_tokens,
            output_tokens = present.output_tokens + excluded.output_tokens,
            cached_tokens = present.cached_tokens + excluded.cached_tokens,
            cache_write_tokens = present.cache_write_tokens + excluded.cache_write_tokens,
            reasoning_tokens = present.reasoning_tokens + excluded.reasoning_tokens,
            cost = present.cost + excluded.cost,
            lost = present.lost + excluded.lost
        RETURNING 1
    ),
    months AS (
        INSERT INTO generation_callmonth AS present (month, language, kind, cost, tokens)
        SELECT date_trunc('month', gone.started_at AT TIME ZONE 'UTC')::date, coalesce(document.language, ''),
               coalesce(document.kind, ''), sum(gone.cost), sum(gone.input_tokens::bigint + gone.output_tokens)
        FROM gone LEFT JOIN generation_job AS job ON job.id = gone.job_id
             LEFT JOIN documents_document AS document ON document.id = job.document_id
        GROUP BY 1, 2, 3
        ON CONFLICT (month, language, kind) DO UPDATE SET
            cost = present.cost + excluded.cost, tokens = present.tokens + excluded.tokens
        RETURNING 1
    )
    SELECT count(*) FROM gone
"""


def sum_up(*, calls: QuerySet[Attempt]) -> int:
    """Adds the calls to the sums of their days, lets their rows go, and returns how many went."""
    ids = list(calls.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        lost = [Outcome.ABANDONED.value, Outcome.INTENT.value]
        cursor.execute(_SUM_UP, {"ids": ids, "succeeded": Outcome.SUCCEEDED.value, "lost": lost})
        return int(cursor.fetchone()[0])
