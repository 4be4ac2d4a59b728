"""Routes that send files take any Accept: what comes is the file, whatever the caller would have liked."""

from collections.abc import Sequence
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


class Anything(BaseContentNegotiation):
    """The first parser that fits, the first renderer: only refusals are rendered."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        """The first."""
        return parsers[0] if parsers else None

    def select_renderer(self, request: Request, renderers: Sequence[Any], format_suffix: str | None = None) -> Any:
        """The first."""
        return renderers[0], renderers[0].media_type
