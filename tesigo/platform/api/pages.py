"""Lists in pages, by cursor: what is added meanwhile neither repeats nor hides a row (R-105)."""

import re
from typing import Any

from django.core.exceptions import ValidationError as Unreadable
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from tesigo.platform.api.problems import Refusal


class Pages(CursorPagination):
    """Newest first, 50 a page; ``page_size`` asks for 1 to 100. A view may set its own ``ordering``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = ("-created_at", "-pk")

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """The view's ``ordering``, else the newest first."""
        return tuple(getattr(view, "ordering", None) or self.ordering)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The rows of a page. Raises a `Refusal` for a cursor that we did not make."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (Unreadable, ValueError, OverflowError, DataError) as error:
            # A cursor that can be read, with a position of another type, is found out by the database at the latest.
            if self.cursor_query_param in request.query_params:
                raise _no_cursor() from error
            raise

    def get_page_size(self, request: Request) -> int:
        """What is asked for. Raises a ValidationError unless it is a number from 1 to 100."""
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", given, re.ASCII) or not 1 <= int(given) <= self.max_page_size:
            raise ValidationError({self.page_size_query_param: [_("A page has from 1 to 100 rows.")]})
        return int(given)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Both parameters, the size with its bounds."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for one in parameters:
            if one["name"] == self.page_size_query_param:
                one["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": 50}
        return parameters

    def decode_cursor(self, request: Request) -> Any:
        """Where to go on. Raises a `Refusal` instead of a 404: the list is there."""
        given = request.query_params.get(self.cursor_query_param)
        if given is not None and ("\0" in given or len(given) > 1_000):
            raise _no_cursor()
        try:
            return super().decode_cursor(request)
        except (NotFound, ValueError) as error:
            raise _no_cursor() from error

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """As OpenAPI 3.1 says "or null"."""
        link: dict[str, Any] = {"type": ["string", "null"], "format": "uri"}
        following = link | {"example": "https://tesigo.example/api/v1/documents?cursor=cD0yMDI2"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": following, "previous": link | {"example": None}, "results": schema},
        }


def _no_cursor() -> Refusal:
    return Refusal(_("This cursor is not one of ours. Begin with the first page."), status=400, kind="invalid-cursor")
