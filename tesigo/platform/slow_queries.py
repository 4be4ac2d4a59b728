"""Queries that take long are logged by their shape, without values, and by the line of our code that asked (R-114)."""

import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from django.conf import settings

from tesigo.platform import measuring
from tesigo.platform.log_values import OURS, word

_PROJECT: Final = str(Path(__file__).resolve().parents[2]) + "/"
#: Where every query comes through: it is not their source.
_ON_THE_WAY: Final = ("tesigo/platform/database/", "tesigo/platform/slow_queries.py", "tesigo/platform/measuring.py")
#: Characters of a query's shape that are kept.
_SHAPE_LENGTH: Final = 600
_NAMES_LENGTH: Final = 80
#: In one go, since each may hold what looks like another: names in quotes stay, comments go, texts become a mark.
_QUOTED: Final = re.compile(
    r"""(?P<name>"[^"]*(?:"|$))|(?P<comment>/\*.*?(?:\*/|$)|--[^\n]*)"""
    r"""|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|$)|[eE]'(?:[^'\\]|''|\\.)*(?:'|$)|[bBxXuU&]*'(?:[^']|'')*(?:'|$)""",
    re.DOTALL,
)
_NUMBERS: Final = re.compile(r"(?<![\w$%.\"])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w\"])")
_LISTS: Final = re.compile(r"\(\s*(?:\?|%s)(?:\s*,\s*(?:\?|%s))+\s*\)")
_TUPLES: Final = re.compile(r"(\((?:\?|%s|…)\))(?:\s*,\s*\((?:\?|%s|…)\))+")
_COLUMNS: Final = re.compile(r'(\bSELECT(?: DISTINCT)?) ((?:"[^"]*"|[\w., ()%?:*…-])*?) FROM ')

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


def watch(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Django's way around a query: its result. Two looks at the clock, unless it was slow or is traced."""
    if settings.TRACE_QUERIES and measuring.trace_id():
        with measuring.measured(measuring.QUERY, shape(sql), level=logging.WARNING) as seen:
            try:
                return execute(sql, params, many, context)
            finally:
                seen.facts["source"] = word(source())
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - began
        if seconds >= settings.SLOW_SECONDS:
            facts = {"source": word(source())}
            measuring.tell_slow(measuring.QUERY, shape(sql), seconds, level=logging.WARNING, facts=facts)


def shape(sql: Any) -> str:
    """The query with a mark in place of each value, and without the names of its columns where they are many."""
    # Longer ones are made of many rows; what is at their beginning says it all.
    text = _QUOTED.sub(lambda found: found["name"] or (" " if found["comment"] else "?"), str(sql)[:4_000])
    text = _NUMBERS.sub("?", text)
    text = " ".join(text.split())
    text = _TUPLES.sub(r"\1, …", _LISTS.sub("(…)", text))
    text = _COLUMNS.sub(lambda found: f"{found[1]} {_short(found[2])} FROM ", text)
    return text if len(text) <= _SHAPE_LENGTH else text[:_SHAPE_LENGTH] + " …"


def _short(columns: str) -> str:
    return columns if len(columns) <= _NAMES_LENGTH else "…"


def source() -> str:
    """The innermost line of our own code that is being run: file, line and function."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(_PROJECT):
            inner = path[len(_PROJECT) :]
            if inner.partition("/")[0] in OURS and not inner.startswith(_ON_THE_WAY):
                return f"{inner}:{frame.f_lineno} in {frame.f_code.co_name}"
        frame = frame.f_back
    return "-"
