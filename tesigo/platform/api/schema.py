"""What the OpenAPI 3.1 description says of each operation beside its own responses: every refusal that it may get."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from tesigo.platform.api.declaring import declared
from tesigo.platform.api.idempotency import HEADER
from tesigo.platform.api.problems import CONTENT_TYPE

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What was refused or failed (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "about:blank, or urn:tesigo:problem:…"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened and what to do, for people."},
        "instance": {"type": "string", "format": "uri-reference"},
        "correlation_id": {"type": "string", "description": "Name it when you write to us."},
        "errors": {
            "type": "array",
            "description": "Each flaw of the body with the place that it is about, a JSON pointer (RFC 6901).",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
#: What a refusal says when to come back.
_RETRY: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_WAITS: Final = frozenset({429, 503})
#: Any caller may be told these: the query or a cursor makes no sense, the answer would be JSON alone, too often, away.
_ALWAYS: Final = (400, 406, 429, 500, 503)
_WITH_BODY: Final = (413, 415)
_SIGNED_IN: Final = (401, 403)


class ProblemSchema(AutoSchema):
    """Adds to each operation its problems, and the scopes that a token needs."""

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """The docstring, and which scope it takes."""
        words = str(super().get_description() or "")
        scopes = self.scopes()
        return f"{words}\n\nScope: {', '.join(scopes)}".strip() if scopes else words

    def scopes(self) -> list[str]:
        """What a token must allow for this operation."""
        table = getattr(self.view, "required_scopes", {})
        return [str(one) for one in declared(self.view, table, self.method) or ()]

    def get_auth(self) -> list[dict[str, Any]]:
        """None where everybody may call."""
        return [] if self._is_open() else super().get_auth()

    def get_override_parameters(self) -> list[Any]:
        """Headers that what stands on the view asks for."""
        headers = []
        if self._takes_key():
            words = "A key of this call's own: the same call with the same key is made once."
            headers.append(_header(HEADER, words, pattern=r"^[\x21-\x7E]{1,200}$"))
        if 412 in self._own():
            words = "The ETag of the state that you have seen."
            headers.append(_header("If-Match", words, is_required=428 in self._own()))
        return headers

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        component = ResolvedComponent(  # type: ignore[no-untyped-call]  # has no hints
            "Problem", ResolvedComponent.SCHEMA, PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        for status in sorted(set(self._problems())):
            if str(status) not in bodies:
                bodies[str(status)] = self._problem(status, component)
        return dict(sorted(bodies.items()))

    def _problems(self) -> Iterator[int]:
        yield from _ALWAYS
        if not self._is_open():
            yield from _SIGNED_IN
        if "{" in self.path:
            yield 404
        if self.method in {"POST", "PUT", "PATCH"}:
            yield from _WITH_BODY
        if self._takes_key():
            yield from (409, 422)
        yield from self._own()

    def _own(self) -> list[int]:
        return [*(declared(self.view, getattr(self.view, "refuses_with", {}), self.method) or ())]

    def _takes_key(self) -> bool:
        name = getattr(self.view, "action", None) or self.method.lower()
        return bool(getattr(getattr(self.view, name, None), "takes_idempotency_key", False))

    def _problem(self, status: int, component: ResolvedComponent) -> dict[str, Any]:
        told: dict[str, Any] = {
            "description": HTTPStatus(status).phrase,
            "content": {CONTENT_TYPE: {"schema": component.ref}},
        }
        return {**told, "headers": _RETRY} if status in _WAITS else told

    def _is_open(self) -> bool:
        return any(getattr(one, "lets_everybody_in", False) for one in self.view.get_permissions())


def _header(name: str, words: str, *, pattern: str | None = None, is_required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, required=is_required, description=words, pattern=pattern
    )


def only_v1(endpoints: list[Any]) -> list[Any]:
    """A hook of drf-spectacular: what pages ask for by themselves is no part of the description."""
    return [one for one in endpoints if one[0].startswith("/api/v1/")]
