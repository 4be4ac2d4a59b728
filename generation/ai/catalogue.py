"""Facts about models: which exist, their token limits, and when they are shut down (R-25).

Sources are the providers' model lists and tables in the installed SDKs. Anthropic's table is a dictionary; OpenAI's is
text below the model names. The tables are parsed from source, not imported: importing both SDKs takes 50 MB, and the
site and beat never call a model.
"""

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import distribution
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from generation.ai.keys import configured
from generation.ai.question import count
from generation.enums import Provider
from generation.errors import GenerationError

if TYPE_CHECKING:
    import anthropic
    import openai

_TIMEOUT_SECONDS: Final = 20.0
#: Models of a provider that are looked at: more than any list has.
_MOST_MODELS: Final = 2_000
_PAGE_MODELS: Final = 100
#: Package and file with the table of a provider's SDK.
_OPENAI_TABLE: Final = ("openai", "types/shared/chat_model.py")
_ANTHROPIC_TABLE: Final = ("anthropic", "resources/messages/messages.py")
_ANTHROPIC_NAME: Final = "DEPRECATED_MODELS"
_OPENAI_ENTRY: Final = re.compile(r"^- (.*?)(?=^- |\Z)", re.M | re.S)
_ANTHROPIC_DAY: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)")


class Unread(GenerationError):
    """No key of the provider could read its list."""


@dataclass(frozen=True)
class Listed:
    """A model as its provider lists it; None and 0 where it says nothing. Tokens of the window and of an answer."""

    name: str
    ends_on: date | None = None
    has_ended: bool = False
    context_tokens: int = 0
    longest_answer: int = 0


class Catalogue:
    """A provider's models, as all its keys see them together."""

    def __init__(self, provider: str) -> None:
        self._keys = [key.value for key in configured(provider)]
        self._read, self._look = (_openai, _one_of_openai) if provider == Provider.OPENAI else (_claude, _one_claude)
        self._listed: dict[str, Listed] | None = None

    def read(self) -> None:
        """Reads the list with every key. Raises Unread when none could."""
        import anthropic  # where models are asked, and nowhere else
        import openai  # as above

        why = "there is no key"
        for key in self._keys:
            try:
                found = {one.name: one for one in islice(self._read(key), _MOST_MODELS)}
            except (openai.OpenAIError, anthropic.AnthropicError, ValueError, AttributeError, TypeError) as error:
                why = f"{type(error).__name__}: {error}"[:200]
                continue
            self._listed = found | (self._listed or {})
        # An empty list, or one of another shape, says nothing of any model.
        if not self._listed:
            raise Unread(why)

    def find(self, name: str) -> Listed | None:
        """A model of the list, or one that stands there by another name; None where every key says there is none.

        Raises Unread where that cannot be said.
        """
        if self._listed is not None and name in self._listed:
            return self._listed[name]
        import anthropic  # as in read()
        import openai  # as above

        why = ""
        for key in self._keys:
            try:
                return self._look(key, name)
            except (openai.NotFoundError, anthropic.NotFoundError):
                continue
            except (openai.OpenAIError, anthropic.AnthropicError, ValueError, AttributeError, TypeError) as error:
                why = f"{type(error).__name__}: {error}"[:200]
        if why:
            raise Unread(why)
        return None


def address(provider: str) -> str:
    """Where the list of a provider's models is read."""
    base: str = settings.OPENAI_BASE_URL if provider == Provider.OPENAI else f"{settings.ANTHROPIC_BASE_URL}/v1"
    return f"{base.rstrip('/')}/models"


def end_in_sdk(provider: str, name: str) -> date | None:
    """When a model ends, by the tables of the installed SDK."""
    table = _openai_table() if provider == Provider.OPENAI else _anthropic_table()
    return table.get(name)


def _openai_client(key: str) -> "openai.OpenAI":
    import openai

    return openai.OpenAI(api_key=key, base_url=settings.OPENAI_BASE_URL, max_retries=1, timeout=_TIMEOUT_SECONDS)


def _anthropic_client(key: str) -> "anthropic.Anthropic":
    import anthropic

    return anthropic.Anthropic(
        api_key=key, base_url=settings.ANTHROPIC_BASE_URL, max_retries=1, timeout=_TIMEOUT_SECONDS
    )


def _openai(key: str) -> Iterable[Listed]:
    with _openai_client(key) as client:
        for model in client.models.list():
            yield _listed_by_openai(model)


def _one_of_openai(key: str, name: str) -> Listed:
    with _openai_client(key) as client:
        return _listed_by_openai(client.models.retrieve(name))


def _claude(key: str) -> Iterable[Listed]:
    with _anthropic_client(key) as client:
        for model in client.models.list(limit=_PAGE_MODELS):
            yield _listed_by_anthropic(model)


def _one_claude(key: str, name: str) -> Listed:
    with _anthropic_client(key) as client:
        return _listed_by_anthropic(client.models.retrieve(name))


def _listed_by_openai(model: Any) -> Listed:
    return Listed(str(model.id), ends_on=_day(getattr(model, "shutdown_date", None), date.fromisoformat))


def _listed_by_anthropic(model: Any) -> Listed:
    ends = getattr(model, "retires_at", None)
    return Listed(
        str(model.id),
        ends_on=ends.date() if isinstance(ends, datetime) else None,
        has_ended=getattr(model, "lifecycle", "") == "retired",
        context_tokens=count(model, "max_input_tokens"),
        longest_answer=count(model, "max_tokens"),
    )


def _day(said: Any, read: Callable[[str], date]) -> date | None:
    try:
        return read(str(said)[:10]) if said else None
    except ValueError:
        return None


@cache
def _anthropic_table() -> dict[str, date]:
    return read_anthropic_table(_source(*_ANTHROPIC_TABLE))


def read_anthropic_table(source: str) -> dict[str, date]:
    """The ends in the dictionary of models that end; none where there is no such dictionary of plain texts."""
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id == _ANTHROPIC_NAME and isinstance(value, ast.Dict):
            try:
                days = {str(name): _day_in_words(str(said)) for name, said in ast.literal_eval(value).items()}
            except ValueError:
                return {}
            return {name: day for name, day in days.items() if day is not None}
    return {}


def _day_in_words(said: str) -> date | None:
    """A day like "November 30th, 2026"."""
    try:
        return datetime.strptime(_ANTHROPIC_DAY.sub("", said), "%B %d, %Y").date()  # noqa: DTZ007  # a day, no moment
    except ValueError:
        return None


@cache
def _openai_table() -> dict[str, date]:
    return read_openai_table(_source(*_OPENAI_TABLE))


def _source(package: str, file: str) -> str:
    """The text of a file of an installed package, which is not imported; empty where there is none."""
    try:
        return Path(str(distribution(package).locate_file(f"{package}/{file}"))).read_text(encoding="utf-8")
    except OSError:
        return ""


def read_openai_table(source: str) -> dict[str, date]:
    """The ends in the text below the names of the models; none where it is written in another way."""
    texts = [
        node.value.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    found: dict[str, date] = {}
    for entry in (match[1] for text in texts for match in _OPENAI_ENTRY.finditer(text)):
        said = re.search(r"shutdown date:\s*(\d{4}-\d\d-\d\d)", entry)
        day = _day(said[1], date.fromisoformat) if said else None
        if day is not None:
            found |= dict.fromkeys(re.findall(r'"([^"\s]+)"', entry), day)
    return found
