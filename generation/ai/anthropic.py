"""Anthropic, through its own SDK: messages with one tool that the model has to call, whose input is the answer."""

import json
from typing import Any, Final

import anthropic
import httpx2
from anthropic.types import TextBlockParam
from django.conf import settings

from generation.ai.errors import ProviderError
from generation.ai.question import Call, Completion
from generation.ai.waiting import by_status
from generation.domain.attempts import Usage
from generation.enums import Outcome

#: The most blocks of a call that may carry ``cache_control``.
_BREAKPOINTS: Final = 4


class Anthropic:
    """Over the connections of one document. The SDK's retries are off: there is one policy, in one place (R-30).

    The API takes no seed.
    """

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._client = anthropic.AsyncAnthropic(
            api_key="set for each call",
            base_url=settings.ANTHROPIC_BASE_URL,
            max_retries=0,
            timeout=http.timeout,
            http_client=http,
        )

    async def complete(self, call: Call) -> Completion:
        """One message."""
        client = self._client.with_options(api_key=call.key)
        shared = _blocks(call.shared)
        try:
            answer: Any = await client.messages.create(
                model=call.model,
                max_tokens=call.max_tokens,
                system=[_kept(call.system)],
                messages=[{"role": "user", "content": [*map(_kept, shared), {"type": "text", "text": call.prompt}]}],
                tools=[{"name": call.name, "description": "Hands in the answer.", "input_schema": call.schema}],
                tool_choice={"type": "tool", "name": call.name},
                metadata={"user_id": call.session_id},
                extra_headers={"Idempotency-Key": call.idempotency_key},
            )
        except anthropic.APIError as error:
            raise _translated(error) from error
        except (ValueError, RecursionError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer was no JSON") from error
        try:
            return _read(answer)
        except (AttributeError, LookupError, TypeError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer had another shape") from error


def _kept(text: str) -> TextBlockParam:
    """A block up to which the provider keeps what was asked, for the next question that begins alike."""
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def _blocks(shared: tuple[str, ...]) -> tuple[str, ...]:
    """At most so many that the system's block and these stay within the provider's limit; the last ones as one."""
    most = _BREAKPOINTS - 1
    return (*shared[: most - 1], "\n\n".join(shared[most - 1 :])) if len(shared) > most else shared


def _read(answer: Any) -> Completion:
    said = getattr(answer, "usage", None)
    usage = Usage(_input_tokens(said), said.output_tokens or 0) if said else Usage()
    content = getattr(answer, "content", None)
    if content is None:
        raise ProviderError(Outcome.SERVER_ERROR, "the answer was empty", usage=usage)
    if answer.stop_reason == "refusal":
        raise ProviderError(Outcome.REFUSED, usage=usage)
    was_cut = answer.stop_reason == "max_tokens"
    for block in content:
        if block.type == "tool_use":
            return Completion(text=json.dumps(block.input, ensure_ascii=False), usage=usage, was_cut=was_cut)
    text = "".join(block.text for block in content if block.type == "text")
    return Completion(text=text, usage=usage, was_cut=was_cut)


def _input_tokens(said: Any) -> int:
    """With what was read from and written to the provider's cache: all of it is charged."""
    cached = (said.cache_creation_input_tokens or 0) + (said.cache_read_input_tokens or 0)
    return int((said.input_tokens or 0) + cached)


def _translated(error: anthropic.APIError) -> ProviderError:
    if isinstance(error, anthropic.APITimeoutError):
        return ProviderError(Outcome.TIMEOUT)
    if isinstance(error, anthropic.APIConnectionError):
        return ProviderError(Outcome.CONNECTION, str(error))
    if not isinstance(error, anthropic.APIStatusError):
        return ProviderError(Outcome.SERVER_ERROR, str(error))
    # 402: the account is out of money, which another key may not be.
    return by_status(error.status_code, error.message, error.response.headers, is_key=error.status_code == 402)
