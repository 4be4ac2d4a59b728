"""Responses of calls that are made once, as the API keeps them (`tesigo.platform.api.idempotency`)."""

from collections.abc import Callable
from typing import Final

from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.domain import api_calls
from accounts.errors import KeyReused, StillRunning
from accounts.models import User
from tesigo.platform.api.idempotency import REPLAYED, as_json
from tesigo.platform.api.problems import Refusal

#: Headers that belong to what was made; the rest belongs to the request.
_KEPT: Final = ("Location", "ETag")


def answer_once(request: Request, key: str, act: Callable[[], Response]) -> Response:
    """The response of the first call with the key. Raises a `Refusal`: 422 for another call, 409 while it runs."""
    assert isinstance(request.user, User)

    def first() -> api_calls.Answer:
        response = act()
        headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
        return api_calls.Answer(response.status_code, as_json(response.data), headers)

    # The body as it was understood: white space in it makes no other call.
    body = JSONRenderer().render(request.data)
    fingerprint = api_calls.fingerprint_of(method=request.method or "", path=request.get_full_path(), body=body)
    try:
        answer = api_calls.once(user=request.user, key=key, fingerprint=fingerprint, act=first, now=timezone.now())
    except KeyReused as refusal:
        raise Refusal(refusal, status=422, kind="idempotency-key-reused") from None
    except StillRunning as refusal:
        raise Refusal(refusal, status=409, kind="still-running", wait=2) from None
    headers = {**answer.headers, **({REPLAYED: "true"} if answer.is_replay else {})}
    return Response(answer.body, status=answer.status, headers=headers)
