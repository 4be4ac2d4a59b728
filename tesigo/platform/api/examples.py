"""Examples of what is sent and received, for the description of the API."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

_STATUSES: Final = ["200", "201", "202"]


def give(examples: Mapping[type, Any]) -> None:
    """Has the description show each serializer by its example, wherever it is sent or received."""
    for serializer, value in examples.items():
        example = OpenApiExample("Example", value, status_codes=_STATUSES)
        extend_schema_serializer(examples=[example])(serializer)
