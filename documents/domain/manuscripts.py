"""A document as the typesetter wants it: plain values, no database behind them."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from documents.domain import styles
from documents.domain.queries import sections_in_order
from documents.domain.text import citation_keys
from documents.models import Document, Section, Source
from typesetting import Manuscript, ManuscriptSection, labels


def load(document_id: UUID, *, with_ai_statement: bool = False) -> Manuscript:
    """The document's present text with the sources it cites, ready to be laid out."""
    document = Document.objects.get(pk=document_id)
    sections = sections_in_order(document)
    cited = {item.key for section in sections for item in citation_keys(section.text)}
    references = [
        as_cited(source, document.language) for source in document.sources.filter(key__in=cited).order_by("key")
    ]
    with translation.override(document.language):
        kind = document.get_kind_display()
    return Manuscript(
        title=document.title or document.topic,
        kind=kind,
        topic=document.topic if document.title and document.title != document.topic else "",
        author=document.author_name,
        date=timezone.now().date(),
        language=document.cites_in,
        csl_style=document.citation_style,
        own_style=styles.text_of(document.citation_style),
        sections=tuple(
            ManuscriptSection(id=str(section.pk), level=section.level, title=section.title, markdown=section.text)
            for section in sections
        ),
        references=tuple(references),
        ai_statement=ai_statement(sections) if with_ai_statement else None,
        notice=settings.NOTICE_BANNER,
        labels={},
    )


def as_cited(source: Source, language: str) -> dict[str, Any]:
    """What the bibliography says of a source, CSL JSON. One taken back after it was cited is named as such (R-98)."""
    csl: dict[str, Any] = source.csl
    if source.retracted_at is None:
        return csl
    title = csl.get("title", source.title)
    return {**csl, "title": f"{title} [{labels.words(language).retracted}]"}


def ai_statement(sections: list[Section]) -> str:
    """The statement of AI use in Markdown, from the provenance kept for every section (R-15)."""
    models = Counter(name for section in sections for name in section.provenance.get("models", []))
    written = [section.written_at for section in sections if section.written_at]
    lines = [
        _("The text of this document was written with the help of artificial intelligence, through TesiGo."),
        "",
        _("Models used: %(models)s.")
        % {"models": ", ".join(f"{name} ({count})" for name, count in models.most_common()) or _("none recorded")},
    ]
    if written:
        lines += [
            "",
            _("Written between %(first)s and %(last)s (UTC).")
            % {"first": f"{min(written):%Y-%m-%d %H:%M}", "last": f"{max(written):%Y-%m-%d %H:%M}"},
        ]
    lines += ["", _("Every citation was checked against a passage of the source it names.")]
    return "\n".join(lines)
