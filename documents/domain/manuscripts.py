"""A document as the typesetter wants it: plain values, no database behind them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation

from documents.domain import ai_statements, page_formats, report_appendix, styles, title_pages, word_templates
from documents.domain.comments import word_files
from documents.domain.queries import sections_in_order
from documents.domain.text import citation_keys
from documents.models import Document, Source
from typesetting import Manuscript, ManuscriptSection, labels


def load(
    document_id: UUID,
    *,
    with_ai_statement: bool = False,
    with_comments: bool = False,
    instead: Mapping[UUID, str] | None = None,
) -> Manuscript:
    """The document's present text with the sources it cites, ready to be laid out.

    ``instead`` are texts in the place of sections', by their ids: to see how much room they take.
    """
    document = Document.objects.get(pk=document_id)
    sections = sections_in_order(document)
    for section in sections:
        section.text = (instead or {}).get(section.pk, section.text)
    cited = {item.key for section in sections for item in citation_keys(section.text)}
    references = [
        as_cited(source, document.language) for source in document.sources.filter(key__in=cited).order_by("key")
    ]
    page = title_pages.of(document)
    with translation.override(document.language):
        kind = page.kind_words or document.get_kind_display()
        comments = word_files.for_docx(document) if with_comments else ()
    return Manuscript(
        title=str(document),
        kind=kind,
        topic=page.subtitle,
        author=document.author_name,
        date=page.handed_in_on or timezone.now().date(),
        language=document.cites_in,
        csl_style=document.citation_style,
        own_style=styles.text_of(document.citation_style),
        sections=tuple(
            ManuscriptSection(id=str(section.pk), level=section.level, title=section.title, markdown=section.text)
            for section in sections
        ),
        references=tuple(references),
        ai_statement=ai_statements.of(document, sections) if with_ai_statement else None,
        notice=settings.NOTICE_BANNER,
        labels={},
        front=replace(
            title_pages.front_matter(page),
            report=report_appendix.of(document) if page.has_citation_report else (),
            asked=report_appendix.asked(document) if page.has_citation_report else None,
        ),
        page_format=page_formats.of(document),
        own_template=word_templates.content_of(document),
        comments=comments,
    )


def as_cited(source: Source, language: str) -> dict[str, Any]:
    """What the bibliography says of a source, CSL JSON. One taken back after it was cited is named as such (R-98)."""
    csl: dict[str, Any] = source.csl
    if source.retracted_at is None:
        return csl
    title = csl.get("title", source.title)
    return {**csl, "title": f"{title} [{labels.words(language).retracted}]"}
