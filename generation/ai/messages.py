"""What is asked of a model and what comes back."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Prompt:
    """One question with its answer's JSON schema.

    ``system`` holds our instructions only; everything from users and sources is fenced data in ``user`` (R-37).
    ``schema_name`` is an identifier the providers show the model.
    """

    system: str
    user: str
    schema_name: str
    schema: dict[str, Any]
    max_output_tokens: int


@dataclass(frozen=True)
class Answer:
    """A provider's answer before it is read. Tokens are the provider's own figures (R-22)."""

    text: str
    input_tokens: int
    output_tokens: int
    is_cut_off: bool = False


@dataclass(frozen=True)
class Completion:
    """An answer that fits its schema, and who gave it."""

    data: dict[str, Any]
    model: str
    provider: str
    is_cut_off: bool = False
    repaired: bool = field(default=False)
