"""What a document as it stands has of one thing that a sheet asks (R-17).

"Met" is said only of what was counted or looked up. Where words alone were found, that is what is said; whether a
question is answered is for a person to judge.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.domain import page_formats, styles
from documents.domain.sheet import facts, vocabulary
from documents.domain.sheet.facts import Facts, Place
from documents.domain.sheet.wants import Want, number
from documents.enums import SheetKind, SheetVerdict
from documents.models import Source

#: A length without bounds is met within so much of it.
_ABOUT_SHARE: Final = 0.1
_MOST_PLACES: Final = 3
_MOST_NAMED: Final = 3
_POINTS: Final = 0.01
#: Of sources, by the CSL types that count as such.
_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "books": frozenset({"book"}),
    "articles": frozenset({"article-journal"}),
    "web": frozenset({"webpage", "post", "post-weblog"}),
}
_ON_TITLE_PAGE: Final[Mapping[str, str]] = {
    "keywords": "keywords",
    "appendix": "appendix",
    "abbreviations": "abbreviations",
    "student_number": "matriculation_number",
}


@dataclass(frozen=True)
class Found:
    """What is said of a line; ``page`` names the page where it is seen or changed, where that is not the text."""

    verdict: SheetVerdict
    said: str
    places: Sequence[Place] = field(default_factory=list)
    page: str = ""


def met(want: Want, asks: str, known: Facts) -> Found:
    """What the document has of one thing; ``asks`` are the words of the line."""
    return _RULES[want.kind](want, asks, known)


def _fits(want: Want, count: float) -> bool:
    least, most = want.least, want.most
    if least is not None and least == most:
        least, most = least * (1 - _ABOUT_SHARE), least * (1 + _ABOUT_SHARE)
    return (least is None or count >= least) and (most is None or count <= most)


def _verdict(is_met: bool) -> SheetVerdict:
    return SheetVerdict.MET if is_met else SheetVerdict.NOT_MET


def _length(want: Want, _asks: str, known: Facts) -> Found:
    if want.what == "pages":
        return _pages(want, known)
    if not known.is_written:
        return Found(SheetVerdict.LATER, "")
    count = known.words if want.what == "words" else known.characters
    said = (
        _("%(number)s words, without headings, citations and bibliography.")
        if want.what == "words"
        else _("%(number)s characters with blanks, without headings, citations and bibliography.")
    )
    return Found(_verdict(_fits(want, count)), said % {"number": number(count)}, page="read")


def _pages(want: Want, known: Facts) -> Found:
    if known.is_for_file:
        # What an earlier file took would make another file of this one each time.
        return Found(SheetVerdict.YOURS, _("Count the sheets of the text in this file."))
    sheets = known.sheets
    if sheets is None:
        changed = _("The text changed since its pages were last counted.")
        about = page_formats.told(known.document)
        return Found(SheetVerdict.YOURS, changed if known.is_changed else about, page="take_away")
    said = ngettext("%(count)d sheet of text.", "%(count)d sheets of text.", sheets) % {"count": sheets}
    if known.is_written:
        return Found(_verdict(_fits(want, sheets)), said, page="take_away")
    said = ngettext(
        "The pages that are ordered take about %(count)d sheet.",
        "The pages that are ordered take about %(count)d sheets.",
        sheets,
    ) % {"count": sheets}
    return Found(SheetVerdict.LATER if _fits(want, sheets) else SheetVerdict.NOT_MET, said, page="brief")


def _sources(want: Want, _asks: str, known: Facts) -> Found:
    if not known.is_written:
        return Found(SheetVerdict.LATER, "", page="desk")
    if want.what in {"age", "since"}:
        return _ages(want, known)
    if want.what == "reviewed":
        return _reviewed(want, known)
    types = _TYPES.get(want.what)
    count = sum(1 for source in known.cited if types is None or source.csl.get("type") in types)
    said = ngettext("%(count)d is cited.", "%(count)d are cited.", count) % {"count": count}
    return Found(_verdict(_fits(want, count)), said, page="citations")


def _reviewed(want: Want, known: Facts) -> Found:
    sure = sum(1 for source in known.cited if source.is_peer_reviewed)
    unsure = sum(1 for source in known.cited if source.is_peer_reviewed is None)
    said = _("Cited and known as reviewed: %(sure)d. Of %(unsure)d more no service says so.") % {
        "sure": sure,
        "unsure": unsure,
    }
    if not _fits(want, sure) and any(_fits(want, sure + more) for more in range(1, unsure + 1)):
        return Found(SheetVerdict.YOURS, said, page="citations")
    return Found(_verdict(_fits(want, sure)), said, page="citations")


def _ages(want: Want, known: Facts) -> Found:
    first = int(want.least or 0) if want.what == "since" else known.now.year - int(want.most or 0)
    dated = facts.years(known.cited)
    older = [source for source, year in dated if year is not None and year < first]
    undated = [source for source, year in dated if year is None]
    if older:
        words = ngettext(
            "%(count)d cited source is from before %(year)d: %(titles)s",
            "%(count)d cited sources are from before %(year)d: %(titles)s",
            len(older),
        )
        said = words % {"count": len(older), "year": first, "titles": _titles(older)}
        return Found(SheetVerdict.NOT_MET, said, page="citations")
    if undated:
        words = ngettext("%(count)d has no year: %(titles)s", "%(count)d have no year: %(titles)s", len(undated))
        said = words % {"count": len(undated), "titles": _titles(undated)}
        return Found(SheetVerdict.YOURS, said, page="citations")
    said = _("All sources that are cited are from %(year)d or later.") % {"year": first}
    return Found(
        SheetVerdict.MET if known.cited else SheetVerdict.NOT_MET, said if known.cited else "", page="citations"
    )


def _titles(sources: Sequence[Source]) -> str:
    more = " …" if len(sources) > _MOST_NAMED else ""
    return "; ".join(f"“{source.title}”" for source in sources[:_MOST_NAMED]) + more


def _style(want: Want, _asks: str, known: Facts) -> Found:
    name = known.document.citation_style
    names = next((names for _pattern, style, names in vocabulary.STYLES if style == want.value), "")
    said = _("It cites in: %(style)s.") % {"style": styles.title(name)}
    page = "take_away" if known.is_written else "brief"
    if names and re.search(names, name):
        return Found(SheetVerdict.MET, said, page=page)
    is_known = bool(names) and name in dict(styles.at_hand())
    return Found(SheetVerdict.NOT_MET if is_known else SheetVerdict.YOURS, said, page=page)


def _language(want: Want, _asks: str, known: Facts) -> Found:
    said = _("The language of the document: %(language)s.") % {"language": known.document.get_language_display()}
    return Found(_verdict(known.document.language == want.value), said, page="brief")


def _layout(want: Want, _asks: str, known: Facts) -> Found:
    chosen = known.page_format
    asked = want.least or 0
    if want.what == "face":
        face = next((face for _pattern, name, face in vocabulary.FACES if name == want.value), "")
        is_met = face == chosen.face
        said = _("The files are set in: %(face)s.") % {"face": dict(page_formats.faces())[chosen.face]}
    elif want.what == "margins":
        margins = [chosen.left_mm / 10, chosen.right_mm / 10, chosen.top_mm / 10, chosen.bottom_mm / 10]
        is_met = all(abs(margin - asked) < _POINTS for margin in margins)
        said = _("Margins: left %(left)s cm, right %(right)s cm, top %(top)s cm, bottom %(bottom)s cm.") % dict(
            zip(("left", "right", "top", "bottom"), map(number, margins), strict=True)
        )
        if not is_met and any(abs(margin - asked) < _POINTS for margin in margins):
            return Found(SheetVerdict.YOURS, said, page="title_page")
    else:
        value = chosen.size_pt if want.what == "size" else chosen.line_spacing
        is_met = abs(value - asked) < _POINTS
        said = _("Chosen: %(number)s.") % {"number": number(value)}
    return Found(_verdict(is_met), said, page="title_page")


def _part(want: Want, _asks: str, known: Facts) -> Found:
    if want.what in {"title_page", "contents"}:
        return Found(SheetVerdict.MET, _("Every PDF and DOCX has one."), page="title_page")
    if want.what == "bibliography":
        if not known.is_written:
            return Found(SheetVerdict.LATER, _("Every document that cites has one."))
        return Found(_verdict(bool(known.cited)), _("It lists what the text cites."), page="citations")
    if want.what == "abstract":
        return _abstract(want, known)
    if want.what == "declaration":
        is_there = known.title_page.has_declaration
    else:
        is_there = bool(getattr(known.title_page, _ON_TITLE_PAGE[want.what]))
    said = _("It is printed.") if is_there else _("You have not filled it in yet.")
    return Found(_verdict(is_there), said, page="title_page")


def _abstract(want: Want, known: Facts) -> Found:
    count = len(known.title_page.abstract.split())
    said = ngettext("%(count)d word.", "%(count)d words.", count) % {"count": count}
    return Found(
        _verdict(count > 0 and _fits(want, count)),
        said if count else _("You have not filled it in yet."),
        page="title_page",
    )


def _count(want: Want, _asks: str, known: Facts) -> Found:
    if want.what == "pictures":
        return Found(SheetVerdict.NOT_MET, _("TesiGo makes no pictures. Put yours into the DOCX."), page="take_away")
    if not known.is_written:
        return Found(SheetVerdict.LATER, "")
    count = len(known.tables)
    said = ngettext("%(count)d table.", "%(count)d tables.", count) % {"count": count}
    return Found(_verdict(_fits(want, count)), said, known.tables[:_MOST_PLACES])


def _deadline(_want: Want, _asks: str, _known: Facts) -> Found:
    return Found(SheetVerdict.YOURS, "")


def _term(want: Want, _asks: str, known: Facts) -> Found:
    places = known.named(want.value)
    return _in_words(known, places, _("It stands in the text; how it is used only you can judge."))


def _point(_want: Want, asks: str, known: Facts) -> Found:
    places = known.about(asks)
    return _in_words(known, places, _("Most of its words stand here; whether that answers it only you can judge."))


def _in_words(known: Facts, places: Sequence[Place], said: str) -> Found:
    """What is found of mere words, never as "met"."""
    if not known.is_written:
        planned = _("The outline names it here.") if places else _("The outline does not name it in these words.")
        return Found(SheetVerdict.LATER, planned if known.sections else "", places[:_MOST_PLACES], "outline")
    if places:
        return Found(SheetVerdict.FOUND, said, places[:_MOST_PLACES])
    return Found(SheetVerdict.NOT_FOUND, _("Read whether the text says it in other words."), page="read")


_RULES: Final[Mapping[SheetKind, Callable[[Want, str, Facts], Found]]] = {
    SheetKind.LENGTH: _length,
    SheetKind.SOURCES: _sources,
    SheetKind.STYLE: _style,
    SheetKind.LANGUAGE: _language,
    SheetKind.FORMAT: _layout,
    SheetKind.PART: _part,
    SheetKind.COUNT: _count,
    SheetKind.DEADLINE: _deadline,
    SheetKind.TERM: _term,
    SheetKind.POINT: _point,
}
