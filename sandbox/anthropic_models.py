"""Anthropic's models in the shape of its list."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.errors import refusal
from sandbox.models import ANTHROPIC, Model

PAGE, LARGEST_PAGE = 20, 1_000


def model_page(models: list[Model], query: Mapping[str, str], now: float) -> dict[str, Any] | Response:
    """A page of the list, the newest first: ``limit``, ``after_id``, ``before_id``. Retired models stay in it."""
    said = query.get("limit", str(PAGE))
    limit = int(said) if said.isdigit() else 0
    if not 1 <= limit <= LARGEST_PAGE:
        return refusal(ANTHROPIC, 400, f"limit: Input should be between 1 and {LARGEST_PAGE}")
    names = [model.id for model in models]
    start, end = 0, len(models)
    if "after_id" in query:
        start = names.index(query["after_id"]) + 1 if query["after_id"] in names else end
    if "before_id" in query:
        end = names.index(query["before_id"]) if query["before_id"] in names else start
        start = max(start, end - limit)
    shown = models[start : min(end, start + limit)]
    more = start > 0 if "before_id" in query else start + limit < end
    return {
        "data": [model_info(model, now) for model in shown],
        "has_more": more,
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
    }


def model_info(model: Model, now: float) -> dict[str, Any]:
    """One model."""
    lifecycle = model.lifecycle(now)
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id.replace("-", " ").title(),
        "created_at": _midnight(model.released),
        "line": model.line or None,
        "lifecycle": lifecycle,
        "deprecated_at": _midnight(model.deprecated or model.released) if lifecycle != "active" else None,
        "retires_at": _midnight(model.ends) if model.ends else None,
        "max_input_tokens": model.context,
        "max_tokens": model.answer,
        "capabilities": _capabilities(model),
    }


def _capabilities(model: Model) -> dict[str, Any]:
    levels = {level: _is(level in model.efforts) for level in ("low", "medium", "high", "xhigh", "max")}
    kinds = {kind: _is(kind in model.thinking) for kind in ("adaptive", "between_tools", "disabled", "enabled")}
    strategies = ("clear_thinking_20251015", "clear_tool_uses_20250919", "compact_20260112")
    tools = {name: _is(True) for name in ("code_execution", "web_search")}
    return {
        "batch": _is(True),
        "citations": _is(True),
        "code_execution": _is(True),
        "context_management": {"supported": True, **{name: _is(True) for name in strategies}},
        "effort": {"supported": bool(model.efforts), **levels},
        "image_input": _is(True),
        "pdf_input": _is(True),
        "server_tools": {"supported": True, **tools},
        "structured_outputs": _is(True),
        "thinking": {"supported": True, "types": kinds},
    }


def _is(supported: bool) -> dict[str, bool]:
    return {"supported": supported}


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"
