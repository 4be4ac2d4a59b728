"""Client for OpenAI's Chat Completions API, through its SDK. Asks for JSON that fits a schema.

Only this module knows about chat completions: to use another OpenAI API, change only this module.
"""

import re
from typing import Any, Final

import httpx2
import openai
from django.conf import settings

from generation.ai.errors import ProviderError, meaning
from generation.ai.question import Call, Completion, Usage, blocks, count
from generation.ai.waiting import retry_after
from generation.enums import Outcome

_NUMBER: Final = re.compile(r"gpt-(\d+)(?:\.(\d+))?\b")
#: From this one on prompts are kept at marked places, and what is kept is charged.
_FIRST_WITH_BREAKPOINTS: Final = (5, 6)
#: The most that a call may mark.
_MOST_BREAKPOINTS: Final = 4


class OpenAI:
    """Over the connections of one document. The SDK's retries are off: there is one policy, in one place (R-30)."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._client = openai.AsyncOpenAI(
            api_key="set for each call",
            base_url=settings.OPENAI_BASE_URL,
            max_retries=0,
            timeout=http.timeout,
            http_client=http,
        )

    async def complete(self, call: Call) -> Completion:
        """One chat completion."""
        client = self._client.with_options(api_key=call.key)
        try:
            answer: Any = await client.chat.completions.create(**_asked(call))
        except openai.APITimeoutError as error:
            raise ProviderError(Outcome.TIMEOUT) from error
        except openai.APIConnectionError as error:
            raise ProviderError(Outcome.CONNECTION, str(error)) from error
        except openai.APIStatusError as error:
            raise _translated(error, call.model) from error
        except (openai.APIError, ValueError, RecursionError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer could not be read") from error
        try:
            return _read(answer)
        except (AttributeError, LookupError, TypeError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer had another shape") from error


def _asked(call: Call) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "model": call.model,
        "messages": [
            {"role": "system", "content": call.system},
            # One text: its beginning is equal to that of other questions, which the provider finds by itself.
            {"role": "user", "content": "\n\n".join((*call.shared, call.prompt))},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": call.name, "schema": call.schema, "strict": True},
        },
        "max_completion_tokens": call.max_tokens,
        "seed": call.seed,
        "prompt_cache_key": call.session_id,
        "safety_identifier": call.person,
        "extra_headers": {"Idempotency-Key": call.idempotency_key},
    }
    if call.effort:
        asked["reasoning_effort"] = call.effort
    if _has_breakpoints(call.model):
        # By itself it would keep, and charge for, each question to its very end.
        asked["prompt_cache_options"] = {"mode": "explicit"}
        asked["messages"] = [
            {"role": "system", "content": [_kept(call.system)]},
            {
                "role": "user",
                "content": [
                    *(_kept(f"{text}\n\n") for text in blocks(call.shared, most=_MOST_BREAKPOINTS - 1)),
                    {"type": "text", "text": call.prompt},
                ],
            },
        ]
    return asked


def _has_breakpoints(model: str) -> bool:
    number = _NUMBER.match(model)
    return bool(number) and (int(number[1]), int(number[2] or 0)) >= _FIRST_WITH_BREAKPOINTS  # type: ignore[index]


def _kept(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "prompt_cache_breakpoint": {"mode": "explicit"}}


def _read(answer: Any) -> Completion:
    usage = _usage(getattr(answer, "usage", None))
    choices = getattr(answer, "choices", None)
    if not choices:
        raise ProviderError(Outcome.SERVER_ERROR, "the answer was empty", usage=usage)
    choice = choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ProviderError(Outcome.REFUSED, str(choice.message.refusal or "content filter"), usage=usage)
    text = choice.message.content or ""
    if not isinstance(text, str):
        raise TypeError("text was expected")
    return Completion(text=text, usage=usage, was_cut=choice.finish_reason == "length")


def _usage(said: Any) -> Usage:
    of_input, of_output = (getattr(said, name, None) for name in ("prompt_tokens_details", "completion_tokens_details"))
    return Usage(
        input_tokens=count(said, "prompt_tokens"),
        output_tokens=count(said, "completion_tokens"),
        cached_tokens=count(of_input, "cached_tokens"),
        cache_write_tokens=count(of_input, "cache_write_tokens"),
        reasoning_tokens=count(of_output, "reasoning_tokens"),
    )


def _translated(error: openai.APIStatusError, model: str) -> ProviderError:
    return meaning(
        status=error.status_code,
        codes={str(said) for said in (error.code, error.type) if said},
        message=error.message,
        model=model,
        retry_after=retry_after(error.response.headers),
    )
