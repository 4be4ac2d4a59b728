import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.domain.text import citation_keys, without_citations
from documents.domain.writing import CitationDraft, commit_revision
from documents.enums import CitationCheck, RevisionReason
from documents.errors import StaleRevision
from documents.models import Passage, Section, SectionRevision
from tests.documents.factories import PassageFactory, SectionFactory, SourceFactory
from typesetting.parsing import cited_keys

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("markdown", "keys"),
    [
        ("No citation, mail me@example.org.", []),
        ("As shown [@policy-2023, p. 12].", [("policy-2023", "12")]),
        ("[see @a-2001, pp. 3–5; @b_2002]", [("a-2001", "3–5"), ("b_2002", "")]),
        ("One [@a]. Two [@a, p. iv].", [("a", ""), ("a", "iv")]),
    ],
)
def test_cited_keys_are_read_in_order(markdown: str, keys: list[tuple[str, str]]) -> None:
    assert [(item.key, item.locator) for item in citation_keys(markdown)] == keys


def test_words_are_read_without_their_citations() -> None:
    assert without_citations("So [@a-2001, p. 4] it was [see @b; @c].") == "So it was."


def passage_in(section: Section) -> Passage:
    return PassageFactory.create(source=SourceFactory.create(document=section.document, key="light-2019"))


def commit(
    section: Section, passage: Passage, *, expected: int = 0, text: str = "So it was [@light-2019, p. 1]."
) -> int:
    draft = CitationDraft(passage.pk, "So it was.", CitationCheck.JUDGED)
    with transaction.atomic():
        return commit_revision(
            section_id=section.pk,
            expected_revision=expected,
            text=text,
            reason=RevisionReason.WRITTEN,
            citations=[draft],
            provenance={"models": ["m"]},
            now=timezone.now(),
        )


def test_a_commit_keeps_text_revision_and_citations_together() -> None:
    section = SectionFactory.create()
    passage = passage_in(section)
    assert commit(section, passage) == 1
    assert commit(section, passage, expected=1) == 2
    section.refresh_from_db()
    assert (section.revision, section.text) == (2, "So it was [@light-2019, p. 1].")
    assert list(section.revisions.values_list("revision", flat=True)) == [1, 2]
    citation = section.citations.get()
    assert (citation.passage, citation.source, citation.document) == (passage, passage.source, section.document)


def test_a_stale_revision_writes_nothing() -> None:
    section = SectionFactory.create()
    passage = passage_in(section)
    commit(section, passage)
    with pytest.raises(StaleRevision):
        commit(section, passage, expected=0)
    assert section.revisions.count() == 1


def test_a_key_without_its_passage_is_never_committed() -> None:
    section = SectionFactory.create()
    passage = passage_in(section)
    with pytest.raises(ValueError, match="each cited key"):
        commit(section, passage, text="Two keys [@light-2019; @invented-1999].")
    section.refresh_from_db()
    assert section.revision == 0


def test_another_documents_passage_is_never_committed() -> None:
    section = SectionFactory.create()
    stranger = PassageFactory.create(source=SourceFactory.create(key="light-2019"))
    with pytest.raises(ValueError, match="each cited key"):
        commit(section, stranger)
    section.refresh_from_db()
    assert section.revision == 0


@pytest.mark.django_db(transaction=True)
def test_text_is_never_committed_apart_from_its_step() -> None:
    section = SectionFactory.create()
    with pytest.raises(RuntimeError, match="inside the caller's transaction"):
        commit_revision(
            section_id=section.pk,
            expected_revision=0,
            text="So it was.",
            reason=RevisionReason.WRITTEN,
            citations=[],
            provenance={},
            now=timezone.now(),
        )
    section.refresh_from_db()
    assert (section.revision, section.text) == (0, "")


def test_the_database_refuses_a_second_commit_of_one_revision() -> None:
    section = SectionFactory.create()
    commit(section, passage_in(section))
    with pytest.raises(IntegrityError, match="one_commit_per_section_revision"), transaction.atomic():
        SectionRevision.objects.create(section=section, revision=1, text="again", reason=RevisionReason.WRITTEN)


def test_a_bracket_that_is_escaped_begins_no_citation() -> None:

    text = r"\[@none, p. 1] and [@light, p. 1] and \\[@bell]."
    assert [item.key for item in citation_keys(text)] == cited_keys(text, language="en") == ["light", "bell"]
