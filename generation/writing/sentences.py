"""Splits a section's Markdown into paragraphs and sentences, so that one can be judged or removed."""

import re
from dataclasses import dataclass
from typing import Final

from documents.domain.text import GROUP
from typesetting.sentences import ABBREVIATION_MAX_LETTERS, abbreviation

_BLANK: Final = re.compile(r"\n[ \t]*\n")
_LIST_ITEM: Final = re.compile(r"^[ \t]{0,12}(?:[-*+]|\d{1,4}[.)])[ \t]+", re.M)
# Within a citation ("p. 12") and a quotation of several sentences no sentence ends. An apostrophe opens no quotation.
QUOTE: Final = re.compile(
    r"“([^“”]{1,4000})”|„([^„“”]{1,4000})[“”]|«([^«»]{1,4000})»|»([^«»]{1,4000})«|\"([^\"]{1,4000})\"|”([^“”]{1,4000})”"
    r"|‹([^‹›]{1,4000})›|›([^‹›]{1,4000})‹|‚([^‚‘’]{1,4000})[‘’]"
    r"|(?<!\w)‘((?:[^‘’\n]|(?<=\w)’(?=\w)){3,4000})’(?!\w)|(?<!\w)'((?:[^'\n]|(?<=\w)'(?=\w)){3,4000})'(?!\w)"
)
_MARK: Final = re.compile(r"[“”„«»\"]")
_END: Final = re.compile(r"[.!?…][\"'”’»«“)\]]*(?=\s+[\"'“„«»(\[]?[^\W\d_a-zß-öø-ÿ])|[.!?…][\"'”’»«“)\]]*\Z|\n")
_ABBREVIATION: Final = abbreviation(" ")
#: Formulas, references to tables and formulas, and the labels that they name (R-17).
_FORMULA: Final = r"\$\$(?:(?!\$\$).){1,2000}\$\$|(?<![\w$])\$(?![\s$])(?:[^$\n\\]|\\.){1,500}(?<!\s)\$(?![\w$])"
_NOTATION: Final = re.compile(_FORMULA + r"|\[\]\(#(?:tbl|eq)-[\w-]{1,60}\)|[ \t]*\{#(?:tbl|eq)-[\w-]{1,60}\}", re.S)
_REFERENCE: Final = re.compile(r"\]\(#((?:tbl|eq)-[\w-]{1,60})\)")
_LABEL: Final = re.compile(r"\{#((?:tbl|eq)-[\w-]{1,60})\}")
_CAPTION: Final = re.compile(
    r"\s*(?:Table|Tabelle|Tabella|Tabla|Tableau|Tabela|Tabel|Tabulka|Tabelul|Source|Quelle|Fonte|Fuente|Źródło|Bron|Zdroj"
    r"|Sursa)(?:[ \u00a0][\d.]{1,8})?[ \u00a0]?[:.]\s"
)
_LEADING_GROUP: Final = re.compile(r"\s*(?:\[[^\[\]\n]{0,1000}@[^\[\]\n]{0,1000}\]\s*)+[.!?]?")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a paragraph; ``paragraph[start:end]`` is its text with the white space before it."""

    paragraph: int
    start: int
    end: int
    text: str

    @property
    def is_row(self) -> bool:
        """Whether it is a line of a table, which does not go by itself to save room."""
        return self.text.startswith("|")

    @property
    def quotations(self) -> list[str]:
        """What stands between quotation marks."""
        return quotations(self.text)


def quotations(text: str) -> list[str]:
    """What stands between quotation marks of any of our languages."""
    return [next(part for part in match.groups() if part is not None) for match in QUOTE.finditer(text)]


def without_quotations(text: str, *, instead: str = " ") -> str:
    """The text without quotations and citations: what its writer says in words of its own."""
    return QUOTE.sub(instead, GROUP.sub(instead, text))


def has_open_quotation(text: str) -> bool:
    """Whether a quotation mark stands alone: what follows or precedes it cannot be told from the writer's words."""
    return bool(_MARK.search(QUOTE.sub(" ", text)))


def without_notation(text: str, instead: str = "x") -> str:
    """The text without formulas, labels and references to them: what is no running text and is not read as one."""
    return _NOTATION.sub(instead, text)


def lost_references(text: str, whole: str) -> set[str]:
    """Labels that a text refers to and that nothing of the whole has."""
    return set(_REFERENCE.findall(text)) - set(_LABEL.findall(whole))


def is_table(paragraph: str) -> bool:
    """Whether a paragraph is a table, with its head."""
    lines = paragraph.lstrip().splitlines()
    return len(lines) > 1 and lines[0].startswith("|") and set(lines[1].strip()) <= set("|:- ")


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph is a table's caption, or names its source."""
    return bool(_CAPTION.match(paragraph))


def paragraphs(markdown: str) -> list[str]:
    """The paragraphs, lists and tables of a text."""
    return [part.strip("\n") for part in _BLANK.split(markdown.replace("\r\n", "\n").strip()) if part.strip()]


def sentences(markdown: str) -> list[Sentence]:
    """Every sentence in the order of the text. An item of a list ends a sentence, as does a line of a table."""
    found = []
    for number, paragraph in enumerate(paragraphs(markdown)):
        masked = GROUP.sub(_mask_group, QUOTE.sub(_mask_quotation, paragraph))
        if not (_LIST_ITEM.search(paragraph) or paragraph.lstrip().startswith("|")):
            masked = masked.replace("\n", " ")
        start = 0
        for end in _ends(paragraph, masked):
            text = paragraph[start:end]
            if text.strip():
                found.append(Sentence(number, start, end, _LIST_ITEM.sub("", text).strip()))
            start = end
    return found


def _ends(paragraph: str, masked: str) -> list[int]:
    ends: list[int] = []
    start = 0
    for match in _END.finditer(masked):
        end = match.end()
        if end <= start:
            continue
        before = masked[max(start, match.start() - ABBREVIATION_MAX_LETTERS) : match.start() + 1]
        if match[0] != "\n" and _ABBREVIATION.search(before) and end < len(masked):
            continue
        # A citation that stands behind the full stop belongs to the sentence before it.
        if behind := _LEADING_GROUP.match(paragraph, end):
            end = behind.end()
        ends.append(end)
        start = end
    if start < len(paragraph):
        ends.append(len(paragraph))
    return ends


def _mask_group(match: re.Match[str]) -> str:
    """The same length, beginning like a sentence, with nothing in it that could end one."""
    return f"[{'X' * (len(match[0]) - 2)}]"


def _mask_quotation(match: re.Match[str]) -> str:
    """Only what stands at the very end of a quotation may end the sentence around it."""
    return re.sub(r"[.!?…\n]", "x", match[0][:-2]) + match[0][-2:]


def without(markdown: str, gone: list[Sentence]) -> str:
    """The text without these sentences; a paragraph with nothing left goes, too."""
    parts = paragraphs(markdown)
    for sentence in sorted(gone, key=lambda one: (one.paragraph, one.start), reverse=True):
        part = parts[sentence.paragraph]
        parts[sentence.paragraph] = part[: sentence.start] + part[sentence.end :]
    kept = (re.sub(r"\n[ \t]*(?=\n)", "", part).strip() for part in parts)
    return "\n\n".join(part for part in kept if _LIST_ITEM.sub("", part).strip())
