"""Examples of documents for the description of the API."""

from typing import Any, Final

from documents.serializers.adding import AddedWorksSerializer, NamedWorksSerializer
from documents.serializers.comments import (
    AnsweringSerializer,
    CommentSerializer,
    LinkSerializer,
    MadeLinkSerializer,
    MarkedSerializer,
    TakenSerializer,
    WantedLinkSerializer,
)
from documents.serializers.document import (
    BriefSerializer,
    DocumentSerializer,
    FoundSerializer,
    StoppedSerializer,
    TypedBriefSerializer,
    TypedSerializer,
)
from documents.serializers.files import ExportSerializer, HandedInSerializer, UploadSerializer, WantedExportSerializer
from documents.serializers.labels import LabelSerializer, TagCountSerializer
from documents.serializers.outline import DroppedSectionSerializer, OutlineSerializer
from documents.serializers.page_format import ChosenFormatSerializer, PageFormatSerializer
from documents.serializers.sheet import AskedLineSerializer, SheetSerializer
from documents.serializers.text import (
    CitationReportSerializer,
    OwnStyleSerializer,
    SectionSerializer,
    StyleAtHandSerializer,
    StyleExampleSerializer,
    StyleSerializer,
)
from documents.serializers.title_page import TitlePageSerializer
from documents.serializers.word_templates import ChosenTemplateSerializer, TemplateSerializer
from documents.serializers.works import (
    CorrectionSerializer,
    FoundAlikeSerializer,
    MoveSerializer,
    OriginSerializer,
    SameWorkSerializer,
    ThrownAwaySerializer,
    UseSerializer,
    WorkSerializer,
)
from tesigo.platform.api.examples import give

_ID: Final = "6f1c0c1e-2a34-4c0e-9a5b-0f6b1f0d7c11"
_AT: Final = "2026-11-29T10:00:00Z"
_BRIEF: Final[dict[str, Any]] = {
    "kind": "seminar",
    "topic": "How lighthouses were kept",
    "language": "en",
    "level": "bachelor",
    "pages": 12,
    "citation_style": "apa",
    "english": "en-GB",
    "requirements": "Compare two countries.",
    "search_for_sources": True,
    "author_name": "Ada Lovelace",
}
_DOCUMENT: Final[dict[str, Any]] = {
    "id": _ID,
    "title": "Keeping the Light",
    **_BRIEF,
    "state": "outlined",
    "progress": 0,
    "failure": "",
    "outline_error": "",
    "body_pages": None,
    "is_editable": True,
    "is_frozen": False,
    "ordered_at": None,
    "created_at": _AT,
    "updated_at": _AT,
}


def _row(number: str, title: str, pages: str, *below: dict[str, Any]) -> dict[str, Any]:
    words = {"covers": "What it is about", "leaves_out": ""}
    row: dict[str, Any] = {"id": _ID, "number": number, "title": title, **words, "pages": pages}
    return row | {"sections": list(below)} if below else row


_OUTLINE: Final = {
    "title": "Keeping the Light",
    "state": "outlined",
    "pages": 12,
    "is_complete": True,
    "error": "",
    "waits_for": None,
    "sections": [
        _row("1", "Introduction", "2.00"),
        _row("2", "The work", "10.00", _row("2.1", "Nights", "6.00"), _row("2.2", "Days", "4.00")),
    ],
}
_FORMAT: Final[dict[str, Any]] = {
    "face": "serif",
    "size_pt": 12,
    "line_spacing": 2,
    "top_mm": 25,
    "bottom_mm": 25,
    "left_mm": 35,
    "right_mm": 25,
    "is_justified": True,
    "page_numbers": "after-title",
    "number_place": "bottom-center",
    "heading_numbers": "decimal",
}
_LINK: Final = {
    "id": _ID,
    "label": "Prof. Ellingsen",
    "created_at": _AT,
    "expires_at": "2026-12-29T10:00:00Z",
    "last_used_on": None,
}
_SHARES: Final = {"words": 812, "quoted": 97, "near": 154, "own": 561}
_CITATION: Final = {
    "number": 1,
    "section": _ID,
    "sentence": "The lens turned on a bath of mercury.",
    "key": "ellingsen-2019",
    "source_title": "Keeping the Light",
    "who_and_when": "Ellingsen, 2019",
    "address": "https://doi.org/10.1000/abc",
    "page": "12",
    "passage": "The lens turned on a bath of mercury, driven by a weight.",
    "check_result": "overlap",
    "check_note": "",
}

give(
    {
        BriefSerializer: _BRIEF,
        DocumentSerializer: _DOCUMENT,
        DroppedSectionSerializer: {
            "id": 5,
            "title": "Wrecks",
            "covers": "what the sources say about wrecks",
            "leaves_out": "",
            "pages": "1.5",
            "chapter": "",
            "dropped_at": "2026-11-30T12:00:00Z",
        },
        ThrownAwaySerializer: {
            "id": 7,
            "title": "Keeping the light",
            "origin": "search",
            "thrown_away_at": "2026-11-30T12:00:00Z",
        },
        LabelSerializer: {"name": "For Prof. Lind", "tags": ["exam", "spring"]},
        TagCountSerializer: {"tag": "exam", "documents": 2},
        FoundSerializer: {
            **_DOCUMENT,
            "name": "Keeping the Light",
            "tags": ["exam"],
            "excerpt": "trimmed the wick each night",
        },
        StoppedSerializer: {
            "document": _DOCUMENT,
            "detail": "The outline is ready and not ordered yet.",
            "next": "outline",
        },
        TypedBriefSerializer: {"topic": "How lighth", "pages": 12},
        TypedSerializer: {
            "values": {**_BRIEF, "topic": ""},
            "saved_at": _AT,
            "is_brief": False,
            "missing": {"topic": ["This field may not be blank."]},
        },
        OutlineSerializer: _OUTLINE,
        PageFormatSerializer: {"preset": "law-frankfurt"},
        ChosenFormatSerializer: {
            "preset": "thesis-leicester",
            **_FORMAT,
            "sheets": 17,
            "presets": [
                {
                    "name": "thesis-leicester",
                    "title": "Thesis with double lines, United Kingdom",
                    "source": "A graduate school's requirements, University of Leicester.",
                    "sheets": 17,
                }
            ],
        },
        TitlePageSerializer: {
            "own_title": "Keeping the Light",
            "author_name": "Ada Lovelace",
            "university": "University of Nowhere",
            "supervisors": "Prof. Mary Shelley",
            "keywords": "lamps, lenses",
            "abbreviations": "LED = light-emitting diode",
            "handed_in_on": "2026-12-01",
            "has_declaration": True,
            "has_citation_report": False,
        },
        AskedLineSerializer: {"asks": "At least eight reviewed sources"},
        SheetSerializer: {
            "is_read": True,
            "counts": {"found": 1},
            "lines": [
                {
                    "id": 3,
                    "kind": "point",
                    "what": "point",
                    "least": None,
                    "most": None,
                    "value": "",
                    "asks": "How nights were kept",
                    "words": "Explain how the nights were kept.",
                    "origin": "model",
                    "verdict": "found",
                    "detail": "Most of its words stand here; whether that answers it only you can judge.",
                    "places": [{"section": _ID, "number": "2.1", "title": "Nights", "sentence": "Nights were long."}],
                }
            ],
        },
        SectionSerializer: {
            "id": _ID,
            "number": "2.1",
            "level": 2,
            "parent": _ID,
            "position": 2,
            "title": "Nights",
            "pages": "6.0",
            "revision": 3,
            "written_at": _AT,
            "text": "The lens turned on a bath of mercury [@ellingsen-2019, p. 12].",
            "html": "<p>The lens turned on a bath of mercury (Ellingsen, 2019, p. 12).</p>",
        },
        WorkSerializer: {
            "id": 7,
            "key": "ellingsen-2019",
            "origin": "upload",
            "upload": _ID,
            "title": "Keeping the Light",
            "csl": {"id": "ellingsen-2019", "type": "book", "title": "Keeping the Light"},
            "origins": {
                "type": {"origin": "file", "sureness": "likely"},
                "title": {"origin": "you", "sureness": "sure"},
            },
            "doi": "10.1000/abc",
            "url": "",
            "page_count": 210,
            "use": "must",
            "is_peer_reviewed": None,
            "is_open_access": None,
            "joined_to": None,
            "alike": None,
            "place": None,
            "retracted_at": None,
            "warnings": [],
            "citations": 4,
        },
        OriginSerializer: {"origin": "list", "sureness": "likely"},
        UseSerializer: {"use": "must"},
        SameWorkSerializer: {"work": 8},
        MoveSerializer: {"to": "up"},
        FoundAlikeSerializer: {"found": 1},
        CorrectionSerializer: {
            "title": "Keeping the Light",
            "author": ["Ellingsen, Mara", "Norwegian Lighthouse Society"],
            "issued": "2019",
        },
        NamedWorksSerializer: {"text": "10.1000/abc\nISBN 978-3-16-148410-0"},
        AddedWorksSerializer: {
            "outcomes": [
                {
                    "line": 1,
                    "text": "10.1000/abc",
                    "became": "added",
                    "detail": "Added: “Keeping the Light”.",
                    "work": 7,
                },
                {
                    "line": 2,
                    "text": "ISBN 978-3-16-148410-0",
                    "became": "unknown",
                    "detail": "No register knows this ISBN. Look for a slip in it, or hand the work in as a file.",
                    "work": None,
                },
            ],
            "left": "ISBN 978-3-16-148410-0",
        },
        CitationReportSerializer: {
            "total": 1,
            "sources": 1,
            "removed": 0,
            "by_check": {"overlap": 1},
            "by_origin": {"upload": 1},
            "only_own_sources": True,
            "citations": [_CITATION],
            "shares": _SHARES,
            "sections": [
                {
                    "section": _ID,
                    "number": "2.1",
                    "shares": _SHARES,
                    "density": {"citations": 7, "pages": "2.10", "wanted": 7, "is_thin": False, "round": "better"},
                    "copied": [
                        {
                            "words": "the lens turned on a bath of mercury",
                            "key": "ellingsen-2019",
                            "source_title": "Keeping the Light",
                            "page": "12",
                        }
                    ],
                }
            ],
        },
        LinkSerializer: _LINK,
        MadeLinkSerializer: {**_LINK, "url": "https://tesigo.example/shared/link/…/"},
        WantedLinkSerializer: {"label": "Prof. Ellingsen", "days": 30},
        CommentSerializer: {
            "id": _ID,
            "section": _ID,
            "sentence": "The lens turned on a bath of mercury.",
            "is_changed": False,
            "origin": "link",
            "author": "Mara Ellingsen",
            "text": "Since when?",
            "said_at": _AT,
            "done_at": None,
            "answers": [{"author": "", "text": "Since 1890; I have added it.", "said_at": _AT}],
        },
        MarkedSerializer: {"is_done": True},
        AnsweringSerializer: {"text": "Since 1890; I have added it."},
        TakenSerializer: {"new": 3, "placed": 2, "answers": 1, "known": 0, "left_out": 0},
        StyleSerializer: {"citation_style": "ieee"},
        StyleAtHandSerializer: {
            "name": "nature-genetics",
            "title": "Nature Genetics",
            "short": "",
            "studies": ["biology", "medicine"],
            "issns": ["1061-4036", "1546-1718"],
            "parent": "nature",
        },
        StyleExampleSerializer: {
            "citation": "<p>(Curie, 1903, p. 12; Knuth, 1984)</p>",
            "entries": ["<p>Curie, M. (1903). <em>Researches on radioactive substances</em>. Gauthier-Villars.</p>"],
            "has_list": True,
        },
        TemplateSerializer: {"id": _ID, "title": "Thesis of the Faculty of Physics", "created_at": _AT},
        ChosenTemplateSerializer: {
            "template": _ID,
            "says": ["Headings and lists are numbered as your format says, not by the template."],
        },
        OwnStyleSerializer: {"csl": '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">…'},
        ExportSerializer: {
            "id": _ID,
            "format": "pdf",
            "name": "keeping-the-light-apa-2026-03-01.pdf",
            "with_ai_statement": False,
            "with_comments": False,
            "citation_style": "apa",
            "fallbacks": {"text": [], "entries": [], "has_list": True, "formulas": [], "labels": []},
            "state": "ready",
            "size": 184_320,
            "created_at": _AT,
            "finished_at": _AT,
            "file_url": f"https://tesigo.example/api/v1/documents/{_ID}/export/{_ID}/file",
            "manifest_url": f"https://tesigo.example/api/v1/documents/{_ID}/export/{_ID}/manifest",
        },
        WantedExportSerializer: {"format": "pdf", "with_ai_statement": False},
        UploadSerializer: {
            "id": _ID,
            "purpose": "source",
            "name": "keeping-the-light.pdf",
            "size": 1_048_576,
            "format": "pdf",
            "state": "extracting",
            "verdict": "",
            "pages_total": 210,
            "pages_read": 40,
            "created_at": _AT,
        },
        HandedInSerializer: {
            "purpose": "source",
            "bibtex": "@book{lind2020,\n  author={Lind, Ada},\n  title={On rocks},\n  year=2020\n}",
        },
    }
)
