"""Works of several services made one list: the same work once, best first (R-95)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Final

from documents.enums import DOI_OF_ANOTHER
from documents.sources.found import FoundWork
from documents.sources.same_titles import TITLE_MIN_LETTERS, alike, fuller, plain, same_title
from tesigo.platform.plain_words import ascii_words, folded_words

KEPT: Final = 20
#: Reciprocal rank fusion: how slowly a place further down loses weight (Cormack et al. 2009).
_RANK_DAMPING: Final = 60
#: Kinds of works that are part of nothing.
_WHOLE: Final = frozenset({"book", "thesis"})
#: The services that register DOIs themselves, and so know whose each is.
_REGISTERED_BY: Final = frozenset({"crossref", "datacite"})


def merge(
    lists: Iterable[Sequence[FoundWork]],
    *,
    query: str,
    language: str = "",
    keep: int = KEPT,
) -> list[FoundWork]:
    """The ``keep`` best works that can be cited. Each list is one service's answer, best first."""
    return best(unite(lists), query=query, language=language, keep=keep)


def best(works: Sequence[FoundWork], *, query: str, language: str = "", keep: int = KEPT) -> list[FoundWork]:
    """The ``keep`` best of united works that can be cited."""
    wanted = set(ascii_words(query))
    citable = [work for work in works if work.is_citable]
    return sorted(citable, key=lambda work: -_rank(work, wanted, language))[:keep]


def unite(lists: Iterable[Sequence[FoundWork]]) -> list[FoundWork]:
    """Every work once. A work that one service says was taken back is marked, even if others bring it, too (R-98).

    Two works under one DOI that have different titles stay two: the register of the DOI, else who came first, keeps
    it, and the other is told as `DOI_OF_ANOTHER`. Marked works and notices are still here: dropping one too early
    would let another list bring it again.
    """
    merged: list[FoundWork] = []
    by_doi: dict[str, int] = {}
    for works in lists:
        for place, work in enumerate(works):
            scored = replace(work, score=work.score or 1 / (_RANK_DAMPING + place + 1))
            holder = by_doi.get(work.doi) if work.doi else None
            if holder is not None and not _is_one(merged[holder], work):
                if _is_registered(work) and not _is_registered(merged[holder]):
                    merged[holder] = _without_doi(merged[holder])
                    del by_doi[work.doi]
                else:
                    scored = _without_doi(scored)
            at = _same(scored, merged, by_doi)
            if at is None:
                merged.append(scored)
                at = len(merged) - 1
            else:
                merged[at] = united(merged[at], scored)
            if merged[at].doi:
                by_doi.setdefault(merged[at].doi, at)
    return _marked(merged)


def _is_one(one: FoundWork, other: FoundWork) -> bool:
    """Under one DOI. The page at a DOI's own address is that work's, however its site calls it."""
    return same_title(one.title, other.title) or "webpage" in (one.kind, other.kind)


def _is_registered(work: FoundWork) -> bool:
    return bool(_REGISTERED_BY & set(work.services))


def _without_doi(work: FoundWork) -> FoundWork:
    return replace(work, doi="", notices=(*work.notices, (DOI_OF_ANOTHER, work.doi)))


def _marked(merged: list[FoundWork]) -> list[FoundWork]:
    """With the works marked that a notice takes back: by the DOI it names, else by the title it repeats."""
    notices = [work for work in merged if work.takes_back]
    dois = {doi for notice in notices for doi in notice.retracts}
    # Whose DOI it is may be in doubt: neither of the two is offered.
    dois |= {doi for work in merged if work.is_retracted for doi in _claimed(work)}
    titles = {plain(notice.title) for notice in notices if len(plain(notice.title)) >= TITLE_MIN_LETTERS}
    titles |= {plain(work.title) for work in merged if work.is_retracted and not work.doi} - {""}
    return [
        replace(work, is_retracted=True)
        if not work.is_notice and (dois & _claimed(work) or plain(work.title) in titles)
        else work
        for work in merged
    ]


def _claimed(work: FoundWork) -> set[str]:
    """The DOIs that some service says are this work's."""
    return ({work.doi} | {doi for kind, doi in work.notices if kind == DOI_OF_ANOTHER}) - {""}


def takes_back(said: FoundWork, work: FoundWork) -> bool:
    """Whether what a service says means this work: a retracted one that is the same, or a notice that names it.

    Stricter than for a list of what was found: a title must be the very same, for a source of somebody's is at stake.
    """
    title = plain(work.title)
    is_titled = len(title) >= TITLE_MIN_LETTERS and plain(said.title) == title
    if said.takes_back:
        return work.doi in said.retracts if work.doi and said.retracts else is_titled
    if not said.is_retracted:
        return False
    if work.doi and said.doi:
        return work.doi == said.doi
    return is_titled and _years_agree(said, work) and _authors_agree(said, work)


class Likeness(IntEnum):
    """Whether two references are about one work."""

    NONE = 0
    LIKELY = 1
    CERTAIN = 2


def likeness(one: FoundWork, other: FoundWork) -> Likeness:
    """How sure it is that two references are one work's; certain only by the same DOI and titles that agree (R-97).

    Unlike in a list of what was found, two DOIs are no hindrance: the same work stands under several, and who it
    belongs to is asked.
    """
    if one.doi and one.doi == other.doi:
        return Likeness.CERTAIN if same_title(one.title, other.title) else Likeness.LIKELY
    return Likeness.LIKELY if _are_alike(one, other) else Likeness.NONE


def _are_alike(one: FoundWork, other: FoundWork) -> bool:
    """By title, year and first author, as far as they are known."""
    if not _years_agree(one, other) or not _authors_agree(one, other):
        return False
    is_sure = bool(one.authors and other.authors) or (one.year is not None and one.year == other.year)
    return alike(one.title, other.title, is_sure=is_sure)


def _same(work: FoundWork, merged: list[FoundWork], by_doi: dict[str, int]) -> int | None:
    if work.doi and work.doi in by_doi:
        return by_doi[work.doi]
    for at, other in enumerate(merged):
        if work.is_notice != other.is_notice:
            continue  # a notice repeats the title of the work it is about
        if work.doi and other.doi:
            continue  # two DOIs, two works: a preprint and its article, or two parts with one title
        if _claimed(work) & _claimed(other):
            continue  # told apart before
        if _are_alike(work, other):
            return at
    return None


def _years_agree(one: FoundWork, other: FoundWork) -> bool:
    return one.year is None or other.year is None or abs(one.year - other.year) <= 1


def _authors_agree(one: FoundWork, other: FoundWork) -> bool:
    if not one.authors or not other.authors:
        return True
    return bool(first_author_words(one) & first_author_words(other))


def first_author_words(work: FoundWork) -> set[str]:
    """The words of the first author's family name, or of the organisation; none where nobody is named."""
    first = dict(work.authors[0]) if work.authors else {}
    return set(folded_words(first.get("family") or first.get("literal") or ""))


def united(one: FoundWork, other: FoundWork) -> FoundWork:
    """One work with the fuller of each field; what a register of publications says goes before a web page."""
    best, rest = (other, one) if one.kind == "webpage" and other.kind != "webpage" else (one, other)
    return replace(
        best,
        title=fuller(best.title, rest.title),
        kind=rest.kind if best.kind == "document" else best.kind,
        authors=best.authors or rest.authors,
        editors=best.editors or rest.editors,
        year=best.year or rest.year,
        # OpenAlex names the shop of a book as what it is part of.
        container=best.container or ("" if best.kind in _WHOLE else rest.container),
        publisher=best.publisher or rest.publisher,
        volume=best.volume or rest.volume,
        issue=best.issue or rest.issue,
        page=best.page or rest.page,
        doi=best.doi or rest.doi,
        isbn=best.isbn or rest.isbn,
        url=best.url or rest.url,
        pdf_urls=tuple(dict.fromkeys([*one.pdf_urls, *other.pdf_urls])),
        text=max(best.text, rest.text, key=len),
        language=best.language or rest.language,
        cited_by=max(best.cited_by, rest.cited_by),
        is_peer_reviewed=best.is_peer_reviewed if best.is_peer_reviewed is not None else rest.is_peer_reviewed,
        is_open_access=best.is_open_access if best.is_open_access is not None else rest.is_open_access,
        is_retracted=one.is_retracted or other.is_retracted,
        is_notice=one.is_notice or other.is_notice,
        takes_back=one.takes_back or other.takes_back,
        retracts=tuple(dict.fromkeys([*one.retracts, *other.retracts])),
        notices=tuple(dict.fromkeys([*one.notices, *other.notices])),
        services=tuple(dict.fromkeys([*one.services, *other.services])),
        score=one.score + other.score,
    )


def _rank(work: FoundWork, wanted: set[str], language: str) -> float:
    """Places on the lists first; words of the query in the title and text, citations and language tip the scale."""
    words = set(ascii_words(f"{work.title} {work.text}"))
    fits = len(wanted & words) / len(wanted) if wanted else 0.0
    known = min(math.log10(1 + work.cited_by) / 4, 1.0)
    same_language = 1.0 if language and work.language == language else 0.0
    return work.score + 0.02 * fits + 0.004 * known + 0.002 * same_language
