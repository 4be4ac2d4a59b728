"""What saving a paragraph asks of the database: few statements, and no more of them or longer in a long document."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from documents.models import Section
from generation.editing import saving
from tests.documents.factories import PassageFactory, SourceFactory
from tests.generation.editing.making import CITED, LAST, PARAGRAPHS, rewritable_section

pytestmark = pytest.mark.django_db


def statements(section: Section, text: str) -> list[str]:
    """What is asked while it is saved, but for where transactions begin and end."""
    document, owner = section.document, section.document.owner
    with CaptureQueriesContext(connection) as asked:
        saving.save(section=section, document=document, text=text, expected_revision=section.revision, by=owner)
    section.refresh_from_db()
    said = [query["sql"] for query in asked.captured_queries]
    return [one for one in said if not one.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


@pytest.mark.parametrize(
    ("text", "most"),
    [
        (PARAGRAPHS.replace(LAST, "Nobody ever wrote of it again in all those long years."), 7),
        (PARAGRAPHS.replace("had its first", "saw its very first"), 8),
        (PARAGRAPHS.replace(CITED, CITED.replace(", p. 1", "")), 8),
    ],
    ids=["own words", "a cited sentence", "a citation"],
)  # fmt: skip
def test_a_paragraph_is_saved_in_eight_statements(section: Section, text: str, most: int) -> None:
    assert len(statements(section, text)) <= most


def test_they_grow_with_the_section_and_not_with_the_document(section: Section) -> None:
    text = PARAGRAPHS.replace("had its first", "saw its very first")
    before = sum(map(len, statements(section, text)))
    document = section.document
    Section.objects.bulk_create(
        Section(document=document, position=number, title=f"S {number}", pages=1, revision=1, text=LAST * 200)
        for number in range(10, 40)
    )
    for _ in range(20):
        PassageFactory.create(source=SourceFactory.create(document=document), text=LAST)
    after = statements(section, text.replace("saw", "had"))
    assert len(after) <= 8
    assert abs(sum(map(len, after)) - before) < 100


@pytest.fixture
def section(student: User) -> Section:
    return rewritable_section(student)
