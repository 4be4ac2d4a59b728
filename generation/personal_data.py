"""Personal data of this app (R-71 to R-73). Deleted with its document, except daily cost."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from generation import rules
from generation.engine import erasing
from generation.enums import Scope
from generation.models import BudgetUse
from privacy import registry
from privacy.registry import (
    FACT,
    INNER,
    INNER_LINK,
    LINK,
    SHOWN,
    WORDS,
    Erased,
    PersonalData,
    Piece,
    Rows,
    Stage,
    each,
    house,
)


def register() -> None:
    """Declares models, jobs, steps and attempts. Prompts and answers are not kept, only a step's text on its way."""
    registry.register(
        PersonalData(
            app="generation",
            rows=_ROWS,
            erase=[Piece("jobs stopped", erasing.stop_jobs, Stage.STOP), Piece("jobs", erasing.erase)],
            retention=rules.RULES,
        )
    )


def _uses(user: AbstractBaseUser) -> QuerySet[BudgetUse]:
    return BudgetUse.objects.filter(scope=Scope.USER_DAY, subject=str(user.pk))


_OWNED = "document__owner"
_COSTS = "input_tokens output_tokens cached_tokens cache_write_tokens reasoning_tokens cost"
_ROWS = {
    "AIModel": house(
        "id provider name input_price cached_price cache_write_price output_price long_prompt_tokens"
        " long_input_price long_output_price context_tokens max_output_tokens enabled ends_on end_told_days"
        " gone_since checked_at told_context_tokens told_output_tokens unread_since position"
    ),
    "ChainPlace": house("id purpose model position effort"),
    "LanguageFactor": house("id language factor"),
    "KeyLimit": house("id provider place requests_per_minute tokens_per_minute"),
    "Budget": house("id scope euros tokens"),
    "CallMonth": house("id month language kind cost tokens"),
    "ModelDay": house(f"id day provider model_name calls failed lost {_COSTS}"),
    "ProviderCredit": house("id provider euros bought_at spent told_percent"),
    "Job": Rows(
        {
            **each("id kind state started_at finished_at", SHOWN),
            **each(f"sort_key estimated_tokens estimated_cost estimated_parts waits_for waits_since {_COSTS}", INNER),
            "document": LINK,
            "failure": WORDS.cleared,
            "correlation_id": INNER_LINK,
            "created_at": FACT,
        },
        of=_OWNED,
        erased=Erased.KEPT,
        why="What was spent on an order, without a word of it; goes with its document.",
    ),
    "Step": Rows(
        {
            **each("id stage state started_at finished_at created_at", SHOWN),
            **each("round position sort_key token worker lease_until not_before tries progress model_name", INNER),
            "job": LINK,
            "section": LINK,
            "checkpoint": WORDS,
            "result": WORDS,
            "error": WORDS,
        },
        of="job__document__owner",
    ),
    "JobEvent": Rows(
        {**each("id what at", SHOWN), "job": LINK, "step": LINK, "note": WORDS, "actor_id": INNER_LINK},
        of="job__document__owner",
    ),
    "Attempt": Rows(
        {
            **each("id provider model_name purpose outcome started_at finished_at", SHOWN),
            **each(f"model key_place effort reserved_tokens reserved_cost latency_ms {_COSTS}", INNER),
            "job": LINK,
            "step": LINK,
            "idempotency_key": INNER_LINK,
            "error": WORDS.cleared,
        },
        of="job__document__owner",
        erased=Erased.KEPT,
        why="What a call cost; goes with its job.",
    ),
    "PersonalLimit": Rows({"id": INNER, "person": LINK, "tokens": SHOWN}, of="person"),
    "BudgetUse": Rows(
        {
            **each("id scope reserved_euros reserved_tokens alerted", INNER),
            **each("period spent_euros spent_tokens", SHOWN),
            "subject": LINK,
        },
        of=_uses,
    ),
    "JobUsage": Rows(
        {
            **each("id kind language pages sections purpose calls ended_at", INNER),
            **each(_COSTS.removesuffix(" cost"), INNER),
            "job": INNER_LINK,
            "job_key": INNER_LINK,
        },
        of="job__document__owner",
        erased=Erased.KEPT,
        why="What jobs take on average is learned from it; numbers, and the key of a job.",
    ),
    "WholeOrder": Rows({"id": SHOWN, "document": LINK, "created_at": FACT}, of=_OWNED),
    "Rewriting": Rows(
        {
            **each("id wish state body_pages", SHOWN),
            **each("revision paragraphs made is_over", INNER),
            **each("section job source", LINK),
            **each("words text citations failure", WORDS),
            **each("created_at ended_at", FACT),
        },
        of="section__document__owner",
    ),
    "LeftNote": Rows(
        {"id": INNER, "document": LINK, "kind": SHOWN, "digest": INNER, "left_at": FACT},
        of=_OWNED,
    ),
    "Disclosure": Rows(
        {
            **each("id given_at ends_at withdrawn_at", SHOWN),
            "document": LINK,
            "words": WORDS,
            "is_current": INNER,
        },
        of=_OWNED,
    ),
    "MoreRewritings": Rows({"id": INNER, "document": LINK, "count": SHOWN}, of=_OWNED),
    "WriterChoice": Rows({"document": LINK, "model": SHOWN, "chosen_at": FACT}, of=_OWNED),
    "Reservation": Rows(
        {"id": INNER, "document": LINK, "tokens": INNER, "cost": INNER, "created_at": FACT, "expires_at": FACT},
        of=_OWNED,
    ),
}
