"""`python -m demo.sample`: writes the demo's document on the running site and keeps its beginning for the first page.

What the landing page shows is this document: its words, its citations and their cards as the reader has them, in
`billing/sample_document.json`. It is made again after a change of how documents are written or shown.
"""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any, Final

import lxml.html

from demo.run import FOLDER, ROOT, inputs, running_site, site_and_inbox
from demo.student import JourneyError, Student

KEPT: Final = ROOT / "billing" / "sample_document.json"
#: Characters of a page of the sample: about what a sheet holds under a heading.
_PAGE_CHARACTERS: Final = 1_100
_PAGES: Final = 2
_ALLOWED: Final = {"p", "a", "em", "strong", "sub", "sup", "span"}
_CITE: Final = re.compile(r'class="cite" href="#([\w-]+)"')
_PAGE_NUMBER: Final = re.compile(r"\d+")


def beginning(page: lxml.html.HtmlElement) -> dict[str, Any]:
    """Title and author, and of the section that cites most its first two pages, with the cards that they need."""
    article = page.xpath("//article[contains(@class,'reading')]")[0]
    cards = {card.get("id"): card for card in page.xpath("//*[contains(@class,'citation-card')]")}
    number, title, paragraphs = max(_sections(article), key=lambda one: sum(_CITE.subn("", text)[1] for text in one[2]))
    shown: list[list[str]] = [[]]
    for paragraph in paragraphs:
        if shown[-1] and len(_words("".join([*shown[-1], paragraph]))) > _PAGE_CHARACTERS:
            if len(shown) == _PAGES:
                break
            shown.append([])
        shown[-1].append(paragraph)
    wanted = _CITE.findall(" ".join(text for one in shown for text in one))
    return {
        "title": article.xpath(".//header/h1")[0].text_content().strip(),
        "author": article.xpath(".//header/p")[-1].text_content().strip(),
        "language": article.get("lang"),
        "number": number,
        "heading": title,
        "pages": ["\n".join(one) for one in shown],
        "cards": [_card(anchor, cards[anchor]) for anchor in wanted],
    }


def _sections(article: lxml.html.HtmlElement) -> list[tuple[str, str, list[str]]]:
    """Number, title and paragraphs of each section."""
    found: list[tuple[str, str, list[str]]] = []
    for node in article.iterchildren("h2", "h3", "p"):
        if node.tag == "p":
            if found and "no-print" not in (node.get("class") or ""):
                found[-1][2].append(_clean(node))
            continue
        number = node.xpath("string(.//span[@class='num'])").strip()
        title = node.text_content().strip().removeprefix(number).strip()
        found.append((number, title, []))
    return found


def _clean(node: lxml.html.HtmlElement) -> str:
    """A paragraph as it stands, which the site made itself. Raises JourneyError for a tag that is not expected."""
    strange = {child.tag for child in node.iter()} - _ALLOWED
    if strange:
        raise JourneyError(f"a paragraph has {', '.join(map(str, strange))} in it")
    for link in node.iter("a"):
        for name in set(link.attrib) - {"class", "href"}:
            del link.attrib[name]
    text: str = lxml.html.tostring(node, encoding="unicode", with_tail=False)
    return " ".join(text.split())


def _words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def _card(anchor: str, card: lxml.html.HtmlElement) -> dict[str, str]:
    passage = card.xpath(".//blockquote")[0]
    inside: str = lxml.html.tostring(passage, encoding="unicode", with_tail=False)
    told = _around_mark(" ".join(re.sub(r"^<blockquote[^>]*>|</blockquote>$", "", inside).split()))
    page = _PAGE_NUMBER.search(card.xpath("string(.//*[@class='citation-page'])"))
    return {
        "anchor": anchor,
        "source": card.xpath("string(.//*[@class='citation-source'])").strip(),
        "page": page[0] if page else "",
        "passage": told,
        "check": " ".join(card.xpath("string(.//*[@class='citation-check'])").lstrip(" ✓?\n").split()),
    }


def _around_mark(passage: str) -> str:
    """The sentences that support the citation with one on each side; what is left out is marked as left out."""
    before, marked, after = re.split(r"(<mark>.*</mark>)", passage, maxsplit=1)
    sentences = re.split(r"(?<=[.!?])\s+", before.strip())
    kept = f"{sentences[-1]} " if before.strip() else ""
    first, _stop, rest = after.partition(". ")
    second, _stop, more = rest.partition(". ")
    end = f"{first}. {second}." if second else after
    return f"{'[…] ' if len(sentences) > 1 else ''}{kept}{marked}{end.rstrip()}{' […]' if more else ''}".replace(
        "..", "."
    )


def main() -> None:
    """Walks the journey, reads the document, and keeps its beginning."""
    site, inbox = site_and_inbox()
    FOLDER.mkdir(parents=True, exist_ok=True)
    assignment, sources, brief = inputs()
    with running_site(site):
        student = Student(site, inbox)
        try:
            kept = _written(student, assignment, sources, brief)
        finally:
            student.close()
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"kept {len(kept['pages'])} pages and {len(kept['cards'])} cards in {KEPT.relative_to(ROOT)}")


def _written(
    student: Student, assignment: Path | None, sources: list[Path], brief: dict[str, str | None]
) -> dict[str, Any]:
    student.sign_in(f"ada.{int(time.time())}@example.org")
    document = student.describe(**brief)
    for path in sources:
        student.upload(document, path, "source")
    if assignment:
        student.upload(document, assignment, "assignment")
    titles = student.get_outline(document)
    student.edit_outline(document, first_title=titles[0])
    student.pay(document)
    student.watch(document)
    return beginning(student.get(f"/documents/{document}/read/"))


if __name__ == "__main__":
    try:
        main()
    except JourneyError as error:
        sys.exit(f"No sample: {error}")
