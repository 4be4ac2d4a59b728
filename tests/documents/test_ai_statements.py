"""The statement of AI use: section by section, in the language of the document (R-15, R-04)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from documents.domain import ai_statements, page_formats
from documents.domain.queries import sections_in_order
from documents.enums import Language
from tests.documents.factories import DocumentFactory, SectionFactory
from typesetting.page_format import PageFormat
from typesetting.parsing import parse
from typesetting.statement_words import statement_words

AT = timezone.now().replace(year=2026, month=3, day=4, hour=5, minute=6)


@pytest.mark.django_db
def test_it_says_of_each_section_what_is_known() -> None:
    document = DocumentFactory.create(language="de")
    SectionFactory.create(
        document=document,
        position=0,
        title="Nights | and <days>, $x$ &amp; all",
        text="A [@a; @b]. Again [@a].",
        provenance={
            "models": ["gpt-6", "gpt-6", "opus_5"],
            "calls": 7,
            "edited_at": AT.isoformat(),
            "rewritten": [{"at": (AT + timedelta(days=days)).isoformat()} for days in (1, 3)],
        },
        written_at=AT,
    )
    SectionFactory.create(document=document, position=1, title="Bare")
    text = ai_statements.of(document, sections_in_order(document))
    assert text.splitlines() == [
        "Der Text dieses Dokuments wurde mithilfe künstlicher Intelligenz über TesiGo geschrieben.",
        "",
        "Verwendete Modelle: gpt-6 (2), opus\\_5 (1).",
        "",
        "Geschrieben zwischen 2026-03-04 05:06 und 2026-03-07 05:06 (UTC).",
        "",
        "Jede Quellenangabe wurde mit einer Textstelle der genannten Quelle abgeglichen.",
        "",
        "| Abschnitt | Modelle | Geschrieben (UTC) | Antworten der Modelle | Zitierte Quellen |",
        "| --- | --- | --- | --: | --: |",
        "| 1 Nights \\| and \\<days\\>, \\$x\\$ \\&amp; all | gpt-6, opus\\_5 "
        "| 2026-03-04 05:06 – 2026-03-07 05:06 | 7 | 2 |",
        "",
        "Danach im Auftrag der Verfasserin oder des Verfassers teils maschinell neu gefasst: 1.",
        "",
        "Danach von der Verfasserin oder dem Verfasser geändert: 1.",
    ]
    document.page_format = page_formats.as_kept(PageFormat(heading_numbers="letters"))
    text = ai_statements.of(document, sections_in_order(document))
    title = "Nights \\| and \\<days\\>, \\$x\\$ \\&amp; all"
    assert f"\n| {title} | gpt-6" in text
    assert text.endswith(f"geändert: “{title}”.")


def test_what_is_not_known_is_left_out() -> None:
    section = SectionFactory.build(provenance={}, written_at=None)
    text = ai_statements.in_words([section], language="en")
    assert "Models used: none recorded." in text
    assert "Written between" not in text
    assert "|" not in text
    half = SectionFactory.build(provenance={"models": ["m"]}, written_at=None, title="T", text="")
    half.number = "3"
    assert "| 3 T | m |  |  | 0 |" in ai_statements.in_words([half], language="en")


def test_every_language_of_documents_has_its_own_words() -> None:
    assert len({statement_words(language) for language in Language}) == len(Language)
    assert statement_words("de-AT") == statement_words("de")
    assert statement_words("tlh") == statement_words("en")


@pytest.mark.parametrize("language", Language)
def test_its_table_is_read_as_one(language: str) -> None:
    section = SectionFactory.build(provenance={"models": ["m"], "calls": 1}, written_at=AT, title="T", text="")
    section.number = "1"
    blocks = parse(ai_statements.in_words([section], language=language), language=language, below=2).blocks
    assert [block["t"] for block in blocks] == ["Para", "Para", "Para", "Para", "Table"]
