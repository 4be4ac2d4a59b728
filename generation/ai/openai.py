"""OpenAI, through its own SDK: chat completions with an answer by JSON schema."""

from typing import Any

import httpx2
import openai
from django.conf import settings

from generation.ai.errors import ProviderError
from generation.ai.question import Call, Completion
from generation.ai.waiting import by_status
from generation.domain.attempts import Usage
from generation.enums import Outcome


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
            answer: Any = await client.chat.completions.create(
                model=call.model,
                messages=[
                    {"role": "system", "content": call.system},
                    # One text: its beginning is equal to that of other questions, which the provider finds by itself.
                    {"role": "user", "content": "\n\n".join((*call.shared, call.prompt))},
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": call.name, "schema": call.schema, "strict": True},
                },
                max_completion_tokens=call.max_tokens,
                seed=call.seed,
                safety_identifier=call.session_id,
                extra_headers={"Idempotency-Key": call.idempotency_key},
            )
        except openai.APIError as error:
            raise _translated(error) from error
        except (ValueError, RecursionError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer was no JSON") from error
        try:
            return _read(answer)
        except (AttributeError, LookupError, TypeError) as error:
            raise ProviderError(Outcome.SERVER_ERROR, "the answer had another shape") from error


def _read(answer: Any) -> Completion:
    said = getattr(answer, "usage", None)
    usage = Usage(said.prompt_tokens or 0, said.completion_tokens or 0) if said else Usage()
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


def _translated(error: openai.APIError) -> ProviderError:
    if isinstance(error, openai.APITimeoutError):
        return ProviderError(Outcome.TIMEOUT)
    if isinstance(error, openai.APIConnectionError):
        return ProviderError(Outcome.CONNECTION, str(error))
    if not isinstance(error, openai.APIStatusError):
        return ProviderError(Outcome.SERVER_ERROR, str(error))
    is_key = error.code == "insufficient_quota"
    return by_status(error.status_code, error.message, error.response.headers, is_key=is_key)
