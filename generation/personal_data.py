"""What this app holds about people (R-73). All of it belongs to a document and goes with it."""

from privacy import registry
from privacy.registry import Holds, PersonalData


def register() -> None:
    """Declares models, jobs, steps and attempts. Prompts and answers are not kept, only a step's text on its way."""
    registry.register(
        PersonalData(
            app="generation",
            fields={"AIModel": _MODEL, "Job": _JOB, "Step": _STEP, "JobEvent": _EVENT, "Attempt": _ATTEMPT},
        )
    )


_MODEL = dict.fromkeys(
    (
        "id",
        "provider",
        "name",
        "input_price",
        "output_price",
        "context_tokens",
        "max_output_tokens",
        "enabled",
        "position",
    ),
    Holds.PLAIN,
)
_JOB = {
    "id": Holds.PLAIN,
    "kind": Holds.PLAIN,
    "document": Holds.LINK,
    "state": Holds.PLAIN,
    "sort_key": Holds.PLAIN,
    "estimated_tokens": Holds.PLAIN,
    "estimated_cost": Holds.PLAIN,
    "input_tokens": Holds.PLAIN,
    "output_tokens": Holds.PLAIN,
    "cost": Holds.PLAIN,
    "failure": Holds.PERSONAL,
    "correlation_id": Holds.LINK,
    "created_at": Holds.PERSONAL,
    "started_at": Holds.PLAIN,
    "finished_at": Holds.PLAIN,
}
_STEP = {
    "id": Holds.PLAIN,
    "job": Holds.LINK,
    "stage": Holds.PLAIN,
    "section": Holds.LINK,
    "round": Holds.PLAIN,
    "position": Holds.PLAIN,
    "state": Holds.PLAIN,
    "sort_key": Holds.PLAIN,
    "token": Holds.PLAIN,
    "worker": Holds.PLAIN,
    "lease_until": Holds.PLAIN,
    "not_before": Holds.PLAIN,
    "tries": Holds.PLAIN,
    "progress": Holds.PLAIN,
    "checkpoint": Holds.PERSONAL,
    "result": Holds.PERSONAL,
    "error": Holds.PERSONAL,
    "created_at": Holds.PLAIN,
    "started_at": Holds.PLAIN,
    "finished_at": Holds.PLAIN,
}
_EVENT = {
    "id": Holds.PLAIN,
    "job": Holds.LINK,
    "step": Holds.LINK,
    "what": Holds.PLAIN,
    "note": Holds.PERSONAL,
    "actor_id": Holds.LINK,
    "at": Holds.PLAIN,
}
_ATTEMPT = {
    "id": Holds.PLAIN,
    "job": Holds.LINK,
    "step": Holds.LINK,
    "model": Holds.PLAIN,
    "provider": Holds.PLAIN,
    "model_name": Holds.PLAIN,
    "purpose": Holds.PLAIN,
    "idempotency_key": Holds.LINK,
    "outcome": Holds.PLAIN,
    "input_tokens": Holds.PLAIN,
    "output_tokens": Holds.PLAIN,
    "cost": Holds.PLAIN,
    "latency_ms": Holds.PLAIN,
    "error": Holds.PERSONAL,
    "started_at": Holds.PLAIN,
    "finished_at": Holds.PLAIN,
}
