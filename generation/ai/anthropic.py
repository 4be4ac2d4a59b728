"""Client for Anthropic's Messages API, through its SDK. Asks for JSON that fits a schema."""

from typing import Any, Final, Literal, cast

import anthropic
import httpx2
from anthropic.types import OutputConfigParam, TextBlockParam
from django.conf import settings

from generation.ai.errors import ProviderError, meaning
from generation.ai.question import Call, Completion, Usage, blocks, count
from generation.ai.waiting import retry_after
from generation.enums import Effort, Outcome

#: The most blocks of a call that may carry ``cache_control``.
_MOST_BREAKPOINTS: Final = 4
#: Ends of an answer before it was all said.
_CUTS: Final = frozenset({"max_tokens", "model_context_window_exceeded", "pause_turn"})
#: Efforts by names that only others have.
_LEAST: Final = frozenset({Effort.NONE, Effort.MINIMAL})


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
        shared = blocks(call.shared, most=_MOST_BREAKPOINTS - 1)
        try:
            answer: Any = await client.messages.create(
                model=call.model,
                max_tokens=call.max_tokens,
                system=[_kept(call.system)],
                messages=[{"role": "user", "content": [*map(_kept, shared), {"type": "text", "text": call.prompt}]}],
                output_config=_output(call),
                metadata={"user_id": call.person},
                extra_headers={"Idempotency-Key": call.idempotency_key},
            )
        except anthropic.APITimeoutError as error:
            raise ProviderError(Outcome.TIMEOUT) from error
        except anthropic.APIConnectionError as error:
            raise ProviderError(Outcome.CONNECTION, str(error)) from error
        except anthropic.APIStatusError as error:
            raise _translated(error, call.model) from error
        except (anthropic.APIError, ValueError, RecursionError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer could not be read") from error
        try:
            return _read(answer)
        except (AttributeError, LookupError, TypeError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer had another shape") from error


def _kept(text: str) -> TextBlockParam:
    """A block up to which the provider keeps what was asked, for the next question that begins alike."""
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


def _output(call: Call) -> OutputConfigParam:
    config: OutputConfigParam = {"format": {"type": "json_schema", "schema": call.schema}}
    if call.effort:
        effort = Effort.LOW if call.effort in _LEAST else call.effort
        config["effort"] = cast(Literal["low", "medium", "high", "xhigh", "max"], str(effort))
    return config


def _read(answer: Any) -> Completion:
    usage = _usage(getattr(answer, "usage", None))
    content = getattr(answer, "content", None)
    if content is None:
        raise ProviderError(Outcome.SERVER_ERROR, "the answer was empty", usage=usage)
    if answer.stop_reason == "refusal":
        raise ProviderError(Outcome.REFUSED, usage=usage)
    # Its thinking comes first, in blocks of their own.
    text = "".join(block.text for block in content if block.type == "text")
    return Completion(text=text, usage=usage, was_cut=answer.stop_reason in _CUTS)


def _usage(said: Any) -> Usage:
    """With what was read from and written to the provider's cache, which it counts apart."""
    cached, written = count(said, "cache_read_input_tokens"), count(said, "cache_creation_input_tokens")
    return Usage(
        input_tokens=count(said, "input_tokens") + cached + written,
        output_tokens=count(said, "output_tokens"),
        cached_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=count(getattr(said, "output_tokens_details", None), "thinking_tokens"),
    )


def _translated(error: anthropic.APIStatusError, model: str) -> ProviderError:
    return meaning(
        status=error.status_code,
        codes={str(said) for said in (error.error_code, error.type) if said},
        message=error.message,
        model=model,
        retry_after=retry_after(error.response.headers),
    )
