"""Typed reading of JSON from a destination: each mistake is named with its place."""

import json
from datetime import datetime
from typing import Any

from tesigo.platform.backup.errors import FormatWrong


def as_json(content: Any) -> bytes:
    """The same bytes for the same content."""
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


class Reader:
    """One JSON object; ``where`` names it in messages. Methods raise `FormatWrong`."""

    def __init__(self, content: Any, where: str) -> None:
        self.where = where
        if not isinstance(content, dict):
            raise FormatWrong(f"{where} is not a JSON object.")
        self.content: dict[str, Any] = content

    @classmethod
    def of(cls, raw: bytes, where: str) -> "Reader":
        """Of the bytes of a file."""
        try:
            return cls(json.loads(raw), where)
        except ValueError as error:
            raise FormatWrong(f"{where} is not JSON that can be read.") from error

    def text(self, name: str) -> str:
        """A text."""
        value: str = self._typed(name, str, "a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text, or null."""
        return None if self.content.get(name) is None else self.text(name)

    def number(self, name: str) -> int:
        """A whole number that is not negative."""
        value: int = self._typed(name, int, "a whole number")
        if isinstance(value, bool) or value < 0:
            raise self._wrong(name, "a whole number from 0")
        return value

    def hash(self, name: str) -> str:
        """A SHA-256 in hexadecimal."""
        value = self.text(name)
        if len(value) != 64 or set(value) - set("0123456789abcdef"):
            raise self._wrong(name, "a SHA-256")
        return value

    def moment(self, name: str) -> datetime:
        """A time with its zone."""
        try:
            value = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise self._wrong(name, "a time") from error
        if value.tzinfo is None:
            raise self._wrong(name, "a time with its zone")
        return value

    def objects(self, name: str) -> list["Reader"]:
        """A list of objects."""
        found = self._typed(name, list, "a list")
        return [Reader(item, f"{self.where}, {name}[{number}]") for number, item in enumerate(found)]

    def object(self, name: str) -> "Reader":
        """An object."""
        return Reader(self._typed(name, dict, "an object"), f"{self.where}, {name}")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._typed(name, list, "a list")
        if not all(isinstance(item, str) for item in found):
            raise self._wrong(name, "a list of texts")
        return tuple(found)

    def _typed(self, name: str, kind: type, words: str) -> Any:
        if name not in self.content:
            raise FormatWrong(f"{self.where} lacks {name}.")
        value = self.content[name]
        if not isinstance(value, kind):
            raise self._wrong(name, words)
        return value

    def _wrong(self, name: str, words: str) -> FormatWrong:
        return FormatWrong(f"{self.where}: {name} is not {words}.")
