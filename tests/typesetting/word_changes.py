"""Accepts or rejects all changes of a DOCX, as a word processor does (ISO/IEC 29500-1, 17.13.5)."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree

from typesetting.word_styles import WORD

_W = f"{{{WORD}}}"


def body_of(data: bytes) -> ElementTree.Element:
    """The body of the file's text."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        assert package.testzip() is None
        body = ElementTree.fromstring(package.read("word/document.xml")).find(f"{_W}body")
    assert body is not None
    return body


def settled(data: bytes, *, accepted: bool) -> dict[str, list[str]]:
    """The paragraphs of text below each heading once all changes are accepted, or rejected."""
    kept, gone = ("ins", "del") if accepted else ("del", "ins")
    found: dict[str, list[str]] = {}
    heading = ""
    begun = ""
    for node in body_of(data).iter(f"{_W}p"):
        style = node.find(f"{_W}pPr/{_W}pStyle")
        words = begun + "".join(_run(run) for child in node for run in _runs(child, kept))
        mark = node.find(f"{_W}pPr/{_W}rPr/{_W}{gone}")
        # A paragraph whose end goes is joined by the one behind it, whose style stays.
        begun = words if mark is not None else ""
        if mark is not None:
            continue
        name = "" if style is None else str(style.get(f"{_W}val"))
        if name.startswith("Heading"):
            heading = words
            found[heading] = []
        elif name == "BodyText" and heading:
            found[heading].append(words)
        elif heading and not words.strip():
            continue
    assert not begun, "a last paragraph has an end"
    return found


def makers(data: bytes) -> set[tuple[str, str, str]]:
    """What was done, by whom and when, of every change."""
    return {
        (node.tag.removeprefix(_W), str(node.get(f"{_W}author")), str(node.get(f"{_W}date")))
        for kind in ("ins", "del")
        for node in body_of(data).iter(f"{_W}{kind}")
    }


def _runs(child: ElementTree.Element, kept: str) -> list[ElementTree.Element]:
    if child.tag == f"{_W}r":
        return [child]
    return list(child.iter(f"{_W}r")) if child.tag == f"{_W}{kept}" else []


def _run(run: ElementTree.Element) -> str:
    signs = {f"{_W}br": "\n", f"{_W}tab": "\t"}
    return "".join(signs.get(node.tag, node.text or "") for node in run)
