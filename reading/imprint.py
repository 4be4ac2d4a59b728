"""Where and when a work appeared, from the lines that say so on its first page.

A running line is read only when nothing is left of it beside name, volume, issue, pages and year: "In 12 of (2020) …"
is a sentence.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from reading.dates import EARLIEST_YEAR

_MAX_LINE_CHARACTERS: Final = 220
_MONTHS: Final = (
    r"(?:jan|feb|fév|febr|mar|mär|mrz|apr|avr|abr|kwi|may|mai|maj|mag|jun|jui|giu|cze|jul|lip|lug|aug|aoû|ago|sie|sep|set|"
    r"wrz|oct|okt|ott|out|paź|nov|lis|dec|dez|déc|dic|gru|spring|summer|autumn|fall|winter|frühjahr|sommer|herbst)"
    r"[^\W\d]{0,9}\.?"
)
_YEAR: Final = r"(?:1[4-9]|20)\d\d"
_YEAR_IN_BRACKETS: Final = re.compile(rf"\(\s*(?:{_MONTHS}\s+)?({_YEAR})\s*\)", re.IGNORECASE)
_FREE_YEAR: Final = re.compile(rf"(?<![\d–-])({_YEAR})(?![\d–-])")
_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.|doi\s?:|doi\.org/|10\.\d{4,9}/)\S*|\b[ep]?-?issn\b:?\s*[\dXx-]*|\b\d{4}-\d{3}[\dXx]\b",
    re.IGNORECASE,
)
_PAGES: Final = re.compile(r"(?<![\d(])([A-Za-z]?\d{1,6})\s?[–—-]{1,2}\s?([A-Za-z]?\d{1,6})(?![\d)])")
_LABELLED: Final = {
    "volume": re.compile(
        r"\b(?:volume|vol|band|bd|jahrgang|jg|tome?|tomo|t|ročník|roč|rocznik|año)\b\.?\s?(\d{1,4})", re.I
    ),
    "issue": re.compile(
        r"(?:\b(?:number|num|no|nr|issue|iss|heft|h|fasc|numéro|núm|zeszyt|z|č)\b|\bn[°º])\.?\s?(\d{1,4}(?:[-–/]\d{1,4})?)",
        re.I,
    ),
}
_VOLUME_ISSUE: Final = re.compile(r"(?<!\d)(\d{1,4})\s?\(\s?((?!(?:1[4-9]|20)\d\d\))\d{1,4}(?:[-–/]\d{1,4})?)\s?\)")
#: "4, 2 (March 2020)", as the ACM writes volume and issue.
_VOLUME_COMMA_ISSUE: Final = re.compile(r"(\d{1,4}),\s(\d{1,3})(?!\d)")
_ARTICLE_NUMBER: Final = re.compile(r"\b(e\d{2,8})\b")
#: "31. Jahrgang", "Heft 2/2006", "24 pages".
_NUMBER_FIRST: Final = re.compile(r"\b(\d{1,4})\.?\s(?:jahrgang|jg\.?|band|ročník|annata|année)(?!\w)", re.IGNORECASE)
_OF_YEAR: Final = re.compile(rf"\b(heft|h\.|nr\.?|no\.?|n°)\s?(\d{{1,3}})/({_YEAR})\b", re.IGNORECASE)
_EXTENT: Final = re.compile(r",?\s\b\d{1,4} (?:pages|seiten|stron)\b", re.IGNORECASE)
_FREE_NUMBER: Final = re.compile(r"(?<!\d)(\d{1,7})(?!\d)")
#: What may be left when all has been taken out of a running line.
_LEFT_OVER: Final = re.compile(
    rf"(?:[\s.,;:|·•()\[\]/–—-]|\b(?:pp?|pages?|seiten?|s|strony|str|pág|art(?:icle)?|and|und|of|{_MONTHS})\b)*",
    re.IGNORECASE,
)
#: A page number, or the running authors, in front of the name.
_BEFORE_NAME: Final = re.compile(r"^\d{1,6}[\s|·]+(?=[^\W\d_])|^[^\d\n]{1,60}?\bet al\.?[\s,:|·]+")
_CONTAINER: Final = re.compile(r"[^\W\d_](?:[\w&.'’:/-]|[ ,](?=[\w&])){2,110}")
_CONTAINER_END: Final = re.compile(
    r"[\s,;.|·(–—-]*(?:\b(?:volume|vol|band|bd|jahrgang|jg|tome?|tomo|t|ročník|rocznik|number|no|nr|issue|heft)\b\.?\s*)?$",
    re.IGNORECASE,
)
_PROCEEDINGS: Final = re.compile(
    r"(?:in:? |appeared in |published in )?((?:proceedings of|proc\. of|tagungsband|actes d)[^\n,]{5,120})",
    re.IGNORECASE,
)
_CONFERENCE: Final = re.compile(
    rf"(?:conference|workshop|symposium|congress|tagung)\b[^\n]{{0,100}}?(?<!\d)({_YEAR})(?!\d)", re.I
)
_CITE_AS: Final = re.compile(
    r"(?:reference format|how to cite(?: this (?:article|paper|report))?|"
    r"(?:please )?cite (?:this (?:article|paper|report) )?as|"
    r"(?:suggested|recommended) citation|^citation|zitiervorschlag|zitierhinweis|pour citer cet article)\s*[:.]?\s",
    re.IGNORECASE | re.MULTILINE,
)
_REFERENCE_MAX_CHARACTERS: Final = 500
_BEFORE_ADDRESS: Final = re.compile(r"https?://|\bdoi\b", re.IGNORECASE)
_SENTENCES_TRIED: Final = 8
_SAID: Final = re.compile(
    r"(?:published|publication date|posted|online|issued|veröffentlicht|erschienen|publié|publicado|"
    r"pubblicato|opublikowano|"
    rf"©|\(c\)|copyright)[^\n]{{0,60}}?(?<!\d)({_YEAR})(?!\d|\s?[–-]\s?\d{{4}})",
    re.IGNORECASE,
)
_ACCEPTED: Final = re.compile(rf"(?:accepted|angenommen|accepté|aceptado)[^\n]{{0,40}}?(?<!\d)({_YEAR})(?!\d)", re.I)
_DATE_LINE: Final = re.compile(
    rf"(?:[^\W\d][^\d\n]{{0,40}}[\s,:(])?(?:\d{{1,2}}(?:\.|st|nd|rd|th)?\s+)?(?:de\s+)?{_MONTHS}\s+(?:de\s+)?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?({_YEAR})\)?\.?|(?:[^\W\d][^\d\n]{{0,40}}[,:(]\s*)?({_YEAR})\)?\.?",
    re.IGNORECASE,
)
_NUMERIC_DATE: Final = re.compile(
    rf"(?:[^\W\d][^\d\n]{{0,30}}[,:]?\s*)?(?:\d{{1,2}}[./]\s?\d{{1,2}}[./]\s?({_YEAR})|({_YEAR})-\d\d-\d\d)\.?"
)
#: The day a copy was fetched or printed on is not the work's.
_OF_A_COPY: Final = re.compile(
    r"download|retriev|access|print|fetched|uploaded|abgerufen|heruntergeladen|gedruckt|téléchargé|consult",
    re.IGNORECASE,
)
#: "Norden 1998", on a title page that has nothing but such lines.
_PLACE_AND_YEAR: Final = re.compile(rf"[^\W\d_]\D{{1,30}}\s({_YEAR})")


def running_line(line: str) -> dict[str, str]:
    """Container, volume, issue, pages and year of a line such as "Journal of Rocks 12 (2020) 45-67"; else nothing."""
    line = " ".join(_ADDRESS.sub(" ", line).split()).strip(" .,;|·")
    line = _BEFORE_NAME.sub("", line)
    if not 8 <= len(line) <= _MAX_LINE_CHARACTERS:
        return {}
    line = _NUMBER_FIRST.sub(r"Jg. \1", _OF_YEAR.sub(r"\1 \2 (\3)", _EXTENT.sub("", line)))
    first = re.search(r"\d", line)
    if first is None:
        return {}
    found: dict[str, str] = {}
    name = line[: first.start()]
    rest = line[first.start() :]
    if label := re.search(
        r"(?:^|[\s,;.|·(–—-])(?:volume|vol|band|bd|jahrgang|jg|tome?|tomo|t|number|no|nr|heft)\.?\s*$", name, re.I
    ):
        rest = name[label.start() :] + rest
    name = _CONTAINER_END.sub("", name).strip()
    name = re.sub(rf"[\s,(]*\b{_MONTHS}$", "", name, flags=re.IGNORECASE).strip(" ,(")
    month_in_brackets = re.search(rf"\({_MONTHS}\s+{_YEAR}\)", rest, re.IGNORECASE)
    rest = _taken(_YEAR_IN_BRACKETS, rest, found, "year")
    if "year" in found:
        again = found["year"]
        rest = _FREE_YEAR.sub(lambda match: " " if match.group(1) == again else match.group(), rest)
    is_told = "year" in found or re.search(r"\b(?:vol|volume|band|bd|jg|jahrgang)\b", rest, re.IGNORECASE) is not None
    if match := _VOLUME_ISSUE.search(rest) or _VOLUME_COMMA_ISSUE.match(rest if month_in_brackets else ""):
        found["volume"], found["issue"] = match.groups()
        rest = rest[: match.start()] + " " + rest[match.end() :]
    for field, pattern in _LABELLED.items():
        if field not in found:
            rest = _taken(pattern, rest, found, field)
    match = _PAGES.search(rest)
    if match and ("year" in found or not (_is_year(match.group(1)) and _is_year(match.group(2)))):
        found["page"] = f"{match.group(1)}-{match.group(2)}"
        rest = rest[: match.start()] + " " + rest[match.end() :]
    if "year" not in found:
        rest = _taken(_FREE_YEAR, rest, found, "year")
    if "volume" not in found:
        rest = _taken(_FREE_NUMBER, rest, found, "volume")
    if "page" not in found:
        rest = _taken(_ARTICLE_NUMBER, rest, found, "page")
    if "page" not in found:
        rest = _taken(_FREE_NUMBER, rest, found, "page")
    # A number and a year alone may be an address or a date.
    is_told = is_told or ("volume" in found and "page" in found) or "issue" in found
    sound = is_told and _is_year(found.get("year", "")) and ("volume" in found or "page" in found)
    if not sound or not _LEFT_OVER.fullmatch(rest):
        return {}
    return {**found, "container": name} if _is_container(name) else found


def _taken(pattern: re.Pattern[str], text: str, found: dict[str, str], field: str) -> str:
    match = pattern.search(text)
    if match is None:
        return text
    found[field] = match.group(1)
    return f"{text[: match.start()]} {text[match.end() :]}"


def _is_container(name: str) -> bool:
    words = name.split()
    return (
        1 <= len(words) <= 12
        and name[:1].isupper()
        and _CONTAINER.fullmatch(name) is not None
        and not re.search(
            r"\b(?:received|accepted|published|copyright|page|figure|table|chapter)\b", name, re.IGNORECASE
        )
    )


def _is_year(text: str) -> bool:
    return text.isdigit() and EARLIEST_YEAR <= int(text) <= datetime.now(tz=UTC).year + 1


def imprint(lines: Iterable[str]) -> dict[str, Any]:
    """CSL fields of the first running line that says them; ``year`` as a number."""
    for line in lines:
        for part in (line, *re.split(r"\s*[|•·]\s*|\t", line)) if re.search(r"[|•·\t]", line) else (line,):
            found = running_line(part)
            if found.get("container") or ("volume" in found and "issue" in found):
                return _as_csl(found)
    return {}


def proceedings(lines: Iterable[str]) -> dict[str, Any]:
    """The conference whose proceedings a line names, with pages and year where it says them."""
    for line in lines:
        if match := _PROCEEDINGS.match(" ".join(line.split())):
            found: dict[str, Any] = {"container-title": match.group(1).strip(" .,"), "type": "paper-conference"}
            rest = line[match.end(1) :]
            if pages := _PAGES.search(rest):
                found["page"] = f"{pages.group(1)}-{pages.group(2)}"
            if year := _FREE_YEAR.search(line):
                found["year"] = int(year.group(1))
            return found
    return {}


def own_reference(text: str, title: str) -> dict[str, Any]:
    """How the work wants to be cited, where a page says it: "Cite as", "Citation:", "ACM Reference Format"."""
    label = _CITE_AS.search(text)
    if label is None:
        return {}
    told = " ".join(text[label.end() : label.end() + _REFERENCE_MAX_CHARACTERS].split())
    year = next((one for one in re.findall(rf"(?<![\d/.-])({_YEAR})(?![\d/-])", told) if _is_year(one)), "")
    at = told.casefold().find(title.casefold())
    if not year:
        return {}
    found: dict[str, Any] = {"year": int(year)}
    if at >= 0:
        behind = _BEFORE_ADDRESS.split(told[at + len(title) :], maxsplit=1)[0].strip(" .,")
        # Where it ends is not said: the first end of a sentence up to which all is understood.
        ends = [*[match.start() for match in re.finditer(r"\.(?=\s)", behind)][:_SENTENCES_TRIED], len(behind)]
        candidates = (behind[:end] for end in ends if re.search(r"\d", behind[:end]))
        found |= imprint(line for one in candidates for line in (one, f"{one} ({year})"))
    return found


def _as_csl(found: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {key: found[key] for key in ("volume", "issue", "page") if key in found}
    if container := found.get("container"):
        fields["container-title"] = _capitals(container)
    return {**fields, "year": int(found["year"])}


_ACRONYMS: Final = frozenset(
    ["IEEE", "ACM", "SIAM", "BMC", "BMJ", "JAMA", "PLOS", "RSC", "AIP", "EPJ", "IET", "USA", "UK", "EU"]
)


def _capitals(name: str) -> str:
    """A name set in capitals, as it is written: short words small, the others with one capital."""
    if not name.isupper() or len(name.split()) < 2:
        return name
    small = {
        "of",
        "the",
        "and",
        "for",
        "in",
        "on",
        "de",
        "la",
        "le",
        "et",
        "für",
        "und",
        "der",
        "des",
        "di",
        "e",
        "y",
        "del",
    }
    words = [word if word in _ACRONYMS else word.lower() for word in name.split()]
    return " ".join(word if at and word in small else word[:1].upper() + word[1:] for at, word in enumerate(words))


def said_year(text: str) -> int | None:
    """The year of "Published …" or "© …", else of "Accepted …" or a conference."""
    for pattern in (_SAID, _ACCEPTED, _CONFERENCE):
        years = [int(match.group(1)) for match in pattern.finditer(text) if _is_year(match.group(1))]
        if years:
            return max(years) if pattern is _SAID else years[0]
    return None


def date_line(lines: Iterable[str], *, is_cover: bool = False) -> int | None:
    """The year of the first line that is nothing but a date, with or without a place before it."""
    for line in lines:
        line = " ".join(line.split()).strip(" ,;()")
        if len(line) > 60 or _OF_A_COPY.search(line):
            continue
        match = _DATE_LINE.fullmatch(line) or _NUMERIC_DATE.fullmatch(line)
        match = match or (_PLACE_AND_YEAR.fullmatch(line) if is_cover else None)
        year = next((one for one in match.groups() if one), "") if match else ""
        if _is_year(year):
            return int(year)
    return None
