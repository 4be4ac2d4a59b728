"""How a view takes an Idempotency-Key. The app that knows people keeps the responses.

``@once_per_key`` stands on a POST that costs money. The key is required: a program that does not know whether its call
arrived sends the same again with the same key, and nothing is paid for twice.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tesigo.platform.api.problems import Refusal

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
LONGEST_KEY_CHARACTERS: Final = 200
#: Where responses are kept: `(request, key, act) -> Response`.
_KEEPER: Final = "accounts.api_once.answer_once"

View = Callable[..., Response]


def once_per_key(view: View) -> View:
    """A method of a view that does its work once for each key. The response must be JSON."""

    @wraps(view)
    def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "").strip()
        if not key:
            words = _("Give the call a key of its own in Idempotency-Key, a UUID for instance.")
            raise Refusal(words, status=400, kind="idempotency-key-required")
        if len(key) > LONGEST_KEY_CHARACTERS or not (key.isascii() and key.isprintable()):
            words = _("An Idempotency-Key has up to 200 visible ASCII characters.")
            raise Refusal(words, status=400, kind="idempotency-key-invalid")
        keep: Callable[[Request, str, Callable[[], Response]], Response] = import_string(_KEEPER)
        return keep(request, key, lambda: view(self, request, *args, **kwargs))

    guarded.takes_idempotency_key = True  # type: ignore[attr-defined]  # read by the schema
    return guarded


def as_json(data: Any) -> Any:
    """What a response's data become on the way out, so that a replay is the same to the letter."""
    return json.loads(JSONRenderer().render(data) or "null")
