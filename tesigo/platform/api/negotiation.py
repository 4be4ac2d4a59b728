"""Routes that send files take any Accept: what comes is the file, whatever the caller would have liked."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


class Anything(BaseContentNegotiation):
    """The first parser that fits, the first renderer: only refusals are rendered."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The first."""
        return next(iter(parsers), None)

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        """The first."""
        first = next(iter(renderers))
        return first, first.media_type
