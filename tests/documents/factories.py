"""Documents, sources and passages for tests."""

from typing import Any

import factory

from accounts.models import User
from documents.enums import DocumentState, SourceOrigin
from documents.models import Document, Passage, Section, Source


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"student{n}@example.org")
    email_as_typed = factory.SelfAttribute("email")


class DocumentFactory(factory.django.DjangoModelFactory[Document]):
    class Meta:
        model = Document

    owner = factory.SubFactory(UserFactory)
    topic = factory.Sequence(lambda n: f"The history of lighthouse number {n}")
    pages = 4
    language = "en"


class SectionFactory(factory.django.DjangoModelFactory[Section]):
    class Meta:
        model = Section

    document = factory.SubFactory(DocumentFactory)
    position = factory.Sequence(lambda n: n)
    title = factory.Sequence(lambda n: f"Section {n}")
    pages = 1


class SourceFactory(factory.django.DjangoModelFactory[Source]):
    class Meta:
        model = Source

    document = factory.SubFactory(DocumentFactory)
    key = factory.Sequence(lambda n: f"ellingsen-{2000 + n}")
    origin = SourceOrigin.UPLOAD
    title = "Keeping the Light"
    csl = factory.LazyAttribute(
        lambda source: {
            "id": source.key,
            "type": "book",
            "title": source.title,
            "author": [{"family": "Ellingsen", "given": "Mara"}],
            "issued": {"date-parts": [[2019]]},
        }
    )


class PassageFactory(factory.django.DjangoModelFactory[Passage]):
    class Meta:
        model = Passage

    source = factory.SubFactory(SourceFactory)
    page = 1
    position = factory.Sequence(lambda n: n)
    text = "The lens turned on a bath of mercury, driven by a weight that sank through the middle of the tower."


def outlined_document(**fields: Any) -> Document:
    """A document with an outline of two chapters, one with two sections, whose pages add up."""
    document = DocumentFactory.create(state=DocumentState.OUTLINED, title="Lighthouses", **fields)
    share = document.pages / 4
    SectionFactory.create(document=document, position=0, title="Introduction", pages=share)
    chapter = SectionFactory.create(document=document, position=1, title="The work", pages=0)
    SectionFactory.create(document=document, parent=chapter, position=2, title="Nights", pages=share)
    SectionFactory.create(document=document, parent=chapter, position=3, title="Days", pages=2 * share)
    return document
