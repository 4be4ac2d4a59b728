"""What OpenAI refuses in a chat completion, in its words."""

from typing import Any

from starlette.responses import Response

from sandbox.errors import refusal
from sandbox.models import OPENAI, Model
from sandbox.writer.schema import strict_mistake

Body = dict[str, Any]


def effort_of(body: Body, model: Model) -> str:
    """At which effort the model reasons; "" where it is none that reasons."""
    return str(body.get("reasoning_effort") or model.effort) if model.efforts else ""


def answer_limit(body: Body, model: Model) -> int:
    """The most tokens that the answer may have, reasoning included."""
    return int(body.get("max_completion_tokens") or body.get("max_tokens") or model.answer)


def mistake(body: Body, model: Model, prompt: int) -> Response | None:
    """Why the request is refused, if it is; ``prompt`` in tokens."""
    return _in_parameters(body, model) or _in_tools(body, model) or _in_format(body) or _in_size(body, model, prompt)


def _in_parameters(body: Body, model: Model) -> Response | None:
    effort = body.get("reasoning_effort")
    if effort is not None and not model.efforts:
        return _unsupported("reasoning_effort")
    if effort is not None and effort not in model.efforts:
        return _bad_value("reasoning_effort", effort, model.efforts)
    if body.get("max_tokens") is not None and model.efforts:
        return _unsupported("max_tokens", "Use 'max_completion_tokens' instead.")
    if effort_of(body, model) not in ("", "none"):
        for name in ("temperature", "top_p"):
            if body.get(name) not in (None, 1):
                words = f"Unsupported value: '{name}' does not support {body[name]} with this model."
                return _refused(f"{words} Only the default (1) value is supported.", name, "unsupported_value")
    if not model.breakpoints and body.get("prompt_cache_options") is not None:
        return _unsupported("prompt_cache_options")
    if not model.breakpoints and any("prompt_cache_breakpoint" in part for part in parts(body)):
        return _unsupported("prompt_cache_breakpoint")
    return None


def _in_tools(body: Body, model: Model) -> Response | None:
    if body.get("tools") and not model.chat_tools and effort_of(body, model) != "none":
        words = f"Function tools with reasoning_effort are not supported for {model.id} in /v1/chat/completions."
        return _refused(f"{words} To use function tools, use /v1/responses or set reasoning_effort to 'none'.")
    return None


def _in_format(body: Body) -> Response | None:
    shape = body.get("response_format") or {}
    if shape.get("type") != "json_schema":
        return None
    asked = shape.get("json_schema") or {}
    name, schema = asked.get("name", ""), asked.get("schema")
    if not name:
        return _refused("Missing required parameter: 'response_format.json_schema.name'.", "response_format")
    if not isinstance(schema, dict):
        return _refused(f"Invalid schema for response_format '{name}': schema is missing", "response_format")
    why = strict_mistake(schema) if asked.get("strict") else None
    return _refused(f"Invalid schema for response_format '{name}': {why}", "response_format") if why else None


def _in_size(body: Body, model: Model, prompt: int) -> Response | None:
    for name in ("max_completion_tokens", "max_tokens"):
        limit = body.get(name)
        if limit is None:
            continue
        if not isinstance(limit, int) or limit < 1:
            return _refused(f"Invalid '{name}': integer below minimum value.", name, "integer_below_min_value")
        if limit > model.answer:
            words = f"{name} is too large: {limit}. This model supports at most {model.answer} completion tokens"
            return _refused(f"{words}, whereas you provided {limit}.", name, "invalid_value")
    code = "context_length_exceeded"
    if prompt > model.input_limit and model.efforts:
        words = f"Input tokens exceed the configured limit of {model.input_limit} tokens. Your messages resulted in"
        return _refused(f"{words} {prompt} tokens. Please reduce the length of the messages.", "messages", code)
    longest = f"This model's maximum context length is {model.context} tokens. However,"
    if prompt > model.context:
        words = f"{longest} your messages resulted in {prompt} tokens. Please reduce the length of the messages."
        return _refused(words, "messages", code)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or 0
    if prompt + limit > model.context:
        asked = f"({prompt} in the messages, {limit} in the completion)"
        words = f"{longest} you requested {prompt + limit} tokens {asked}."
        return _refused(f"{words} Please reduce the length of the messages or completion.", "messages", code)
    return None


def parts(body: Body) -> list[Body]:
    """All content parts of all messages; a plain string is none."""
    contents = [one.get("content") for one in body["messages"] if isinstance(one, dict)]
    return [part for content in contents if isinstance(content, list) for part in content if isinstance(part, dict)]


def _unsupported(name: str, more: str = "") -> Response:
    words = f"Unsupported parameter: '{name}' is not supported with this model."
    return _refused(f"{words} {more}".rstrip(), name, "unsupported_parameter")


def _bad_value(name: str, value: Any, known: tuple[str, ...]) -> Response:
    *first, last = [f"'{one}'" for one in known]
    listed = f"{', '.join(first)}, and {last}" if first else last
    words = f"Unsupported value: '{name}' does not support '{value}' with this model. Supported values are: {listed}."
    return _refused(words, name, "unsupported_value")


def _refused(words: str, param: str | None = None, code: str | None = None) -> Response:
    return refusal(OPENAI, 400, words, param=param, code=code)
