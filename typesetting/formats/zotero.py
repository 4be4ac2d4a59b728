"""DOCX with the field codes of Zotero's plugin for Word: it can change style, order and sources there.

The rules are those of the plugin's source: complex fields, one address for each work everywhere in ``uris`` (without
it, the plugin takes ``id`` for a number of the reader's own library), works whole in ``itemData``, and no
``plainCitation``: where that is not what stands in the field, sign for sign, the plugin asks at each field.
"""

import hashlib
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from typesetting import word
from typesetting.citing import CitedText
from typesetting.formats.live import Cited, read_citation
from typesetting.formats.word_fields import with_citation_fields, with_list_field, with_parts
from typesetting.manuscript import Manuscript
from typesetting.style_mending import name as csl_name
from typesetting.styles import style_root
from typesetting.variants import citing_locale

_SCHEMA: Final = "https://github.com/citation-style-language/schema/raw/master/csl-citation.json"
_LIST: Final = 'ADDIN ZOTERO_BIBL {"uncited":[],"omitted":[],"custom":[]} CSL_BIBLIOGRAPHY'
#: What Word takes in one property of a document, in units of UTF-16.
_PROPERTY_UNITS: Final = 255
_FORMAT: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of properties that users name
_LETTERS: Final = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"  # of Zotero's keys  # pragma: allowlist secret


def write(manuscript: Manuscript, cited: CitedText, first_pages: Mapping[str, int], folder: Path) -> Path:
    """Writes the document into ``folder`` and returns its path. Raises ExportError."""
    works = {str(work["id"]): work for work in manuscript.references}
    with_fields = with_citation_fields(
        cited, lambda cite, note: _code(read_citation(cite, manuscript.language), works, note)
    )
    written = word.write(manuscript, with_list_field(with_fields, _LIST), first_pages=first_pages, folder=folder)
    with_parts(written, parts={"docProps/custom.xml": _properties(_preferences(manuscript)).encode()})
    return written


def _code(items: list[Cited], works: Mapping[str, Mapping[str, Any]], note: int) -> str:
    said = {
        "citationID": _key(f"{note} {items}"),
        "properties": {"noteIndex": note},
        "citationItems": [_item(item, works[item.key]) for item in items],
        "schema": _SCHEMA,
    }
    return f"ADDIN ZOTERO_ITEM CSL_CITATION {json.dumps(said, ensure_ascii=False)}"


def _item(item: Cited, work: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": item.key,
        "uris": [f"http://zotero.org/users/local/TesiGo00/items/{_key(json.dumps(work, sort_keys=True))}"],
        "itemData": {name: value for name, value in work.items() if name != "citation-key"},
    }
    if item.numbers:
        found |= {"locator": item.numbers, "label": item.kind}
    if item.prefix:
        found["prefix"] = f"{item.prefix} "
    if item.suffix:
        found["suffix"] = f", {item.suffix}"
    if item.hides_author:
        found["suppress-author"] = True
    return found


def _key(of: str) -> str:
    """Eight letters that stand for what is given, the same each time."""
    digest = hashlib.sha256(of.encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:8])


def _preferences(manuscript: Manuscript) -> str:
    """What the plugin keeps of a document: style, language, kind of fields and of notes."""
    style = style_root(manuscript.csl_style, manuscript.language, manuscript.own_style)
    said = (style.findtext(f"{csl_name('info')}/{csl_name('id')}") or "").strip()
    identifier = said.encode("ascii", "xmlcharrefreplace").decode()  # each sign is one unit
    is_note = style.get("class") == "note"
    has_list = int(style.find(csl_name("bibliography")) is not None)
    return (
        f'<data data-version="3" zotero-version="6.0.37"><session id="{_key(manuscript.title)}"/>'
        f'<style id="{escape(identifier)}" locale="{citing_locale(style, manuscript.language)}" '
        f'hasBibliography="{has_list}" bibliographyStyleHasBeenSet="{has_list}"/><prefs>'
        f'<pref name="fieldType" value="Field"/><pref name="noteType" value="{int(is_note)}"/>'
        '<pref name="automaticJournalAbbreviations" value="false"/></prefs></data>'
    )


def _properties(preferences: str) -> str:
    pieces = [preferences[start : start + _PROPERTY_UNITS] for start in range(0, len(preferences), _PROPERTY_UNITS)]
    rows = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number + 1}" name="ZOTERO_PREF_{number}">'
        f"<vt:lpwstr>{escape(piece)}</vt:lpwstr></property>"
        for number, piece in enumerate(pieces, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{rows}</Properties>'
    )
