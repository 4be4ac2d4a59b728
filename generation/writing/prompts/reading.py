"""Extracts plain running text from a model's answer. Nothing else gets into a section (R-101)."""

import json
import re
from typing import Final

from generation.ai.answers import readable

_THOUGHTS: Final = r"think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|analysis"
_THOUGHT: Final = re.compile(rf"<({_THOUGHTS})\b[^<>]*>.*?</\1\s*>", re.S | re.I)
_END_OF_THOUGHT: Final = re.compile(rf"\A.*</(?:{_THOUGHTS})\s*>", re.S | re.I)
_OPEN_THOUGHT: Final = re.compile(rf"<(?:{_THOUGHTS})\b[^<>]*>.*\Z", re.S | re.I)
_FENCED: Final = re.compile(r"\A```\w*[ \t]*\n(.*?)\n?```\Z", re.S)
#: Code in the middle of a text is no running text; of a fence without an end only its mark goes.
_CODE: Final = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$", re.S | re.M)
_FENCE: Final = re.compile(r"^[ \t]*```\w*[ \t]*$", re.M)
#: The answer's own format, and the text in it.
_ANSWER: Final = re.compile(r"\A\s*[{\[]\s*[{\"]|\{\s*\"(?:markdown|passages|claims)\"\s*:")
_MARKDOWN: Final = re.compile(r"\"markdown\"\s*:\s*\"((?:[^\"\\]|\\.)*)\"", re.S)
_HEADING: Final = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t].*|(?:[-*_][ \t]*){3,}|={3,})$", re.M)
_IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,1000}\)")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
#: Answers within answers are not followed further than this.
_MOST_LEVELS: Final = 3


def running(markdown: str) -> str:
    """A writer's text without thoughts, JSON, code, headings, rules, images, tags and links.

    Of an answer that was cut off within its JSON nothing is left.
    """
    text = readable(markdown.replace("\r\n", "\n"))
    for _ in range(_MOST_LEVELS):
        before = text
        text = _FENCED.sub(r"\1", _without_thoughts(text).strip())
        if _ANSWER.search(text):
            text = readable(_text_of_answer(text))
        if text == before:
            break
    text = _FENCE.sub("", _CODE.sub("", "" if _ANSWER.search(text) else text))
    text = _LINK.sub(r"\1", _IMAGE.sub("", _TAG.sub("", text)))
    return _BLANK_LINES.sub("\n\n", _HEADING.sub("", text)).strip()


def one_paragraph(markdown: str) -> str:
    """The same on one line, as it takes the place of a sentence."""
    return " ".join(running(markdown).split())


def _without_thoughts(text: str) -> str:
    return _OPEN_THOUGHT.sub("", _END_OF_THOUGHT.sub("", _THOUGHT.sub("", text)))


def _text_of_answer(text: str) -> str:
    """What stands as the text in an answer's JSON; nothing where it was cut off within it."""
    found = _MARKDOWN.search(text)
    try:
        return str(json.loads(f'"{found[1]}"', strict=False)) if found else ""
    except ValueError:
        return ""
