"""Every link of the documentation leads to a file that is there, and to a heading where it names one (R-141)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest

from tesigo.platform.paths import ROOT
from tests.docs.pages import pages

_FENCE: Final = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"(`+).+?\1", re.DOTALL)
_LINK: Final = re.compile(r"\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


class Link(NamedTuple):
    """A link as it stands in a page."""

    page: Path
    target: str


def links(page: Path) -> Iterator[Link]:
    prose = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    for target in _LINK.findall(prose):
        if not urlsplit(target).scheme:
            yield Link(page, target)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as hosts of repositories make them."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        anchor = name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = 0
        while anchor in found:
            number += 1
            anchor = f"{name}-{number}"
        found.add(anchor)
    return found


def fault(link: Link) -> str:
    """What is wrong with where a link leads; nothing when it is right."""
    parts = urlsplit(link.target)
    path = (link.page.parent / unquote(parts.path)).resolve() if parts.path else link.page
    if not path.is_relative_to(ROOT) or not path.exists():
        return "is not there"
    if parts.fragment and parts.fragment not in anchors(path.read_text(encoding="utf-8")):
        return "has no such heading"
    return ""


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert {link.target: fault(link) for link in links(page) if fault(link)} == {}


def test_pages_of_the_documentation_are_reached_from_the_readme() -> None:
    """Step by step, as a reader would."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        for link in links(page):
            waiting.append((page.parent / unquote(urlsplit(link.target).path)).resolve())
    assert [str(page.relative_to(ROOT)) for page in pages() if page not in reached] == []


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    page = ROOT / "docs" / "rules.md"
    assert anchors("# What is *up*, `then`?\n## A\n## A\n```\n# no\n```\n") == {"what-is-up-then", "a", "a-1"}
    assert fault(Link(page, "money.md")) == ""
    assert fault(Link(page, "#the-business")) == ""
    assert fault(Link(page, "../README.md#two-commands")) == ""
    assert fault(Link(page, "gone.md")) == "is not there"
    assert fault(Link(page, "../../outside.md")) == "is not there"
    assert fault(Link(page, "money.md#gone")) == "has no such heading"
    (tmp_path / "page.md").write_text(
        "[a](b.md) `[c](d.md)` [e](https://example.org)\n```\n[f](g.md)\n```\n![h](i.png)\n"
    )
    assert [link.target for link in links(tmp_path / "page.md")] == ["b.md", "i.png"]
