"""A finished document with text to comment on, a link to it, and comments."""

from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone

from accounts.models import User
from documents.domain import exporting, manuscripts
from documents.domain.comments import links, saying
from documents.domain.comments.sentences import Text
from documents.enums import DocumentState
from documents.models import Comment, Document, ReviewLink, Section
from tests.documents.factories import SourceFactory, outlined_document

LAMP = "The lamp burned for five hours in the tower."
WHY = "Nobody knows why it went out so early."
NOTE = "The keeper wrote of it in a letter that was lost."
MARKDOWN = (
    f"{LAMP[:-1]} [@light, p. 1]. {WHY}[^1]\n\n- One keeper slept by day.\n- The other one watched the quay.\n\n"
    f"{WHY}\n\n[^1]: {NOTE} It is quoted by his son."
)
HTML = (
    f'<p>{LAMP[:-1]} <a class="cite" href="#cite-1">(Ellingsen, <em>2019</em>)</a>. {WHY}'
    '<sup class="note"><a href="#note-1">1</a></sup></p>\n<ul>\n<li>One keeper slept by day.</li>\n'
    f"<li>The other one watched the quay.</li>\n</ul>\n<p>{WHY}</p>\n"
    f'<section class="notes"><ol start="1"><li id="note-1">{NOTE} It is quoted by his son.</li></ol></section>'
)


def finished_document(owner: User, **fields: Any) -> Document:
    """A document that is ready, whose last section has text."""
    made = outlined_document(owner=owner)
    Document.objects.filter(pk=made.pk).update(
        state=DocumentState.READY, ordered_at=timezone.now(), author_name="Ada Lovelace", **fields
    )
    made.refresh_from_db()
    SourceFactory.create(document=made, key="light", title="Of lamps")
    Section.objects.filter(pk=section_of(made).pk).update(text=MARKDOWN, html=HTML, revision=3)
    return made


def section_of(document: Document) -> Section:
    """The section with the text."""
    found = document.sections.order_by("position").last()
    assert found is not None
    return found


def rendered(document: Document) -> None:
    """The text for the screen as it is made of the Markdown."""
    manuscript = manuscripts.load(document.pk)
    reader = async_to_sync(exporting.render_reader)(manuscript)
    exporting.store_reader(document_id=document.pk, reader=reader, style=manuscript.csl_style)


def open_link(document: Document, *, label: str = "Prof. Ellingsen", days: int = 30) -> tuple[ReviewLink, str]:
    """A link and its token."""
    return links.make(document=document, label=label, days=days, by=document.owner, now=timezone.now())


def named(section: Section, sentence: str, occurrence: int = 0) -> str:
    """A sentence as a form names it."""
    found = Text(section.html).find(sentence, occurrence)
    assert found is not None
    return found.name


def said(
    link: ReviewLink, sentence: str = WHY, *, text: str = "Since when?", occurrence: int = 0, minutes: int = 0
) -> Comment:
    """A comment that was made with a link."""
    section = section_of(link.document)
    return saying.add(
        link=link, section=section, sentence=named(section, sentence, occurrence), author="Mara Ellingsen", text=text,
        now=timezone.now() + timedelta(minutes=minutes),
    )  # fmt: skip
