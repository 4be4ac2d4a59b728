"""What Anthropic refuses in a message, in its words."""

from itertools import pairwise
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.anthropic_schema import format_mistake
from sandbox.errors import refusal
from sandbox.models import ANTHROPIC, EFFORTS, Model

Body = dict[str, Any]

VERSIONS = ("2023-01-01", "2023-06-01", "2026-10-21")
MOST_BREAKPOINTS = 4
LEAST_BUDGET_TOKENS = 1_024
#: What the effort parameter may be called at all.
NAMES = EFFORTS[2:]


def version_refusal(request: Request) -> Response | None:
    """Why the ``anthropic-version`` header is refused, if it is."""
    version = request.headers.get("anthropic-version", "")
    if not version:
        return _refused("anthropic-version: header is required")
    return None if version in VERSIONS else _refused(f'anthropic-version: "{version}" is not a valid version')


def effort_of(body: Body, model: Model) -> str:
    """At which effort the model thinks; "" where it does not think."""
    kind = thinking_of(body, model)
    if kind == "enabled":
        return "high"
    return str(_output(body).get("effort") or model.effort) if kind == "adaptive" else ""


def thinking_of(body: Body, model: Model) -> str:
    """``thinking.type`` as asked, or the model's own default."""
    asked = body.get("thinking")
    return str(asked.get("type")) if isinstance(asked, dict) else model.thinking[0]


def mistake(body: Body, model: Model, prompt: int) -> Response | None:
    """Why the request is refused, if it is; ``prompt`` in tokens."""
    words = (
        _in_limit(body, model)
        or _in_sampling(body, model)
        or _in_thinking(body, model)
        or _in_effort(body, model)
        or _in_tools(body, model)
        or _in_format(body)
        or _in_breakpoints(body)
    )
    if not words and prompt > model.context:
        words = f"prompt is too long: {prompt} tokens > {model.context} maximum"
    return _refused(words) if words else None


def blocks_of(body: Body) -> list[Body]:
    """Everything in the prompt that may carry ``cache_control``, in the order of the prompt."""
    found: list[Any] = list(body.get("tools") or [])
    found += body["system"] if isinstance(body.get("system"), list) else []
    for message in body["messages"]:
        content = message.get("content") if isinstance(message, dict) else None
        found += content if isinstance(content, list) else []
    return [one for one in found if isinstance(one, dict)]


def _in_limit(body: Body, model: Model) -> str:
    limit = body.get("max_tokens")
    if not isinstance(limit, int):
        return "max_tokens: Field required"
    if limit < 1:
        return "max_tokens: Input should be greater than or equal to 1"
    if limit > model.answer:
        most = f"{model.answer}, which is the maximum allowed number of output tokens for {model.id}"
        return f"max_tokens: {limit} > {most}"
    return ""


def _in_sampling(body: Body, model: Model) -> str:
    given = [name for name in ("temperature", "top_p", "top_k") if body.get(name) is not None]
    return f"`{given[0]}` is deprecated for this model." if given and not model.sampling else ""


def _in_thinking(body: Body, model: Model) -> str:
    asked = body.get("thinking")
    if asked is None:
        return ""
    kind = asked.get("type") if isinstance(asked, dict) else None
    effort = _output(body).get("effort") or model.effort
    if kind not in model.thinking:
        instead = {"disabled": "between_tools", "enabled": "adaptive"}.get(str(kind), "adaptive")
        use = f' Use "thinking.type.{instead}" instead.' if instead in model.thinking else ""
        return f'"thinking.type.{kind}" is not supported for this model.{use}'
    if kind in ("disabled", "between_tools") and effort in ("xhigh", "max") and model.thinking[0] == "adaptive":
        return f'"thinking.type.{kind}" is not supported at effort {effort}.'
    if kind == "enabled":
        budget = asked.get("budget_tokens")
        if not isinstance(budget, int) or budget < LEAST_BUDGET_TOKENS:
            return f"thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET_TOKENS}"
        if budget >= body["max_tokens"]:
            return "`max_tokens` must be greater than `thinking.budget_tokens`."
        if _is_forced(body):
            return "Thinking may not be enabled when tool_choice forces tool use."
    return ""


def _in_effort(body: Body, model: Model) -> str:
    effort = _output(body).get("effort")
    if effort is None:
        return ""
    if effort not in NAMES:
        return "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
    if not model.efforts:
        return "This model does not support the effort parameter."
    if effort not in model.efforts:
        listed = ", ".join(sorted(model.efforts))
        return f"This model does not support effort level '{effort}'. Supported levels: {listed}."
    return ""


def _in_tools(body: Body, model: Model) -> str:
    if _is_forced(body) and not model.forced_tool:
        return "tool_choice forces tool use is not compatible with this model."
    choice = body.get("tool_choice") or {}
    names = [one.get("name") for one in body.get("tools") or [] if isinstance(one, dict)]
    if choice.get("type") == "tool" and choice.get("name") not in names:
        return f"Tool '{choice.get('name')}' not found in provided tools"
    return ""


def _in_format(body: Body) -> str:
    if body.get("output_format") is not None:
        return "output_format: This field is deprecated. Use 'output_config.format' instead."
    shape = _output(body).get("format")
    if shape is None:
        return ""
    if not isinstance(shape, dict) or shape.get("type") != "json_schema":
        return "output_config.format.type: Input should be 'json_schema'"
    if not isinstance(shape.get("schema"), dict):
        return "output_config.format.schema: Field required"
    why = format_mistake(shape["schema"])
    return f"output_config.format.schema: {why}" if why else ""


def _in_breakpoints(body: Body) -> str:
    marks = [one["cache_control"] for one in blocks_of(body) if one.get("cache_control")]
    marks += [body["cache_control"]] if body.get("cache_control") else []
    if len(marks) > MOST_BREAKPOINTS:
        return f"A maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided. Found {len(marks)}."
    for one in blocks_of(body):
        if one.get("cache_control") and one.get("type") == "text" and not one.get("text"):
            return "cache_control cannot be set for empty text blocks"
    lives = [mark.get("ttl", "5m") for mark in marks if isinstance(mark, dict)]
    if any(ttl not in ("5m", "1h") for ttl in lives):
        return "cache_control.ephemeral.ttl: Input should be '5m' or '1h'"
    if any(later == "1h" and earlier == "5m" for earlier, later in pairwise(lives)):
        return "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block."
    return ""


def _is_forced(body: Body) -> bool:
    return (body.get("tool_choice") or {}).get("type") in ("tool", "any")


def _output(body: Body) -> Body:
    config = body.get("output_config")
    return config if isinstance(config, dict) else {}


def _refused(words: str) -> Response:
    return refusal(ANTHROPIC, 400, words)
