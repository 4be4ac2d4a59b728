"""What an owner saves is a version, and each citation in it says how it was checked (R-10, R-90, R-91)."""

import pytest

from accounts.models import User
from documents.domain import ai_statements, looking_up, passages, restyling
from documents.domain.citations import report
from documents.domain.queries import sections_in_order
from documents.enums import CitationCheck, DocumentState, RevisionReason
from documents.errors import NotEditable, StaleRevision
from documents.models import Document, Rendering, Section, SectionRevision, Source
from generation.editing import evidence, saving, typed, versions
from generation.errors import TextInvalid
from privacy.models import AuditEvent
from tesigo.platform import duty
from tests.documents.factories import PassageFactory, SourceFactory
from tests.generation.editing.making import BELL, LAMP, TEXT

pytestmark = pytest.mark.django_db


def save(section: Section, text: str, by: User, *, expected: int | None = None) -> int:
    expected = section.revision if expected is None else expected
    number = saving.save(section=section, document=section.document, text=text, expected_revision=expected, by=by)
    section.refresh_from_db()
    return number


def checks(section: Section) -> list[tuple[str, str]]:
    return list(section.citations.order_by("position").values_list("check_result", "passage__text"))


def test_a_sentence_that_stays_keeps_its_evidence(section: Section, student: User) -> None:
    assert save(section, f"A new beginning.\n\n{TEXT}", student) == 2
    citation = section.citations.get()
    assert (citation.check_result, citation.check_note) == (CitationCheck.JUDGED, "It says so.")
    newest = section.revisions.get(revision=2)
    assert (newest.reason, newest.text) == (RevisionReason.EDITED, section.text)
    assert "removed" not in newest.provenance
    assert newest.provenance["models"] == ["m"]
    assert section.html == "<p>As it was.</p>"
    assert Rendering.objects.get(document=section.document).due_at
    assert AuditEvent.objects.filter(action="section.edited", actor_id=student.pk).exists()


def test_a_sentence_that_was_changed_is_compared_by_code(section: Section, student: User) -> None:
    said = BELL.replace(" of that winter", "")
    save(section, f"{said[:-1]} [@light, p. 2].\n\nBells are loved by all [@light].", student)
    proven, open_ = checks(section)
    assert proven == (CitationCheck.OVERLAP, BELL)
    assert open_[0] == CitationCheck.CHANGED
    assert section.citations.last().is_unproven
    assert dict(report(section.document).by_check) == {CitationCheck.OVERLAP: 1, CitationCheck.CHANGED: 1}


def test_a_page_that_has_no_such_words_is_told_and_kept(section: Section, student: User) -> None:
    save(section, "Lamps burned [@light, p. 9].", student)
    citation = section.citations.get()
    assert (citation.check_result, "no passage of page 9" in citation.check_note) == (CitationCheck.CHANGED, True)


def test_of_a_source_with_many_passages_the_named_page_is_found(
    section: Section, source: Source, student: User
) -> None:
    for number in range(2, 30):
        PassageFactory.create(
            source=source, text="Fog over the water.", page=number, page_label=f"x{number}", position=number
        )
    save(section, "Seen from afar [@light, p. x20]. So too [@light, pp. 1–2].", student)
    assert section.citations.order_by("position")[0].passage.page_label == "x20"


def test_the_same_sentence_twice_has_its_evidence_twice(section: Section, student: User) -> None:
    first = TEXT.partition("\n")[0]
    save(section, f"{first} {first}", student)
    assert [check for check, _passage in checks(section)] == [CitationCheck.JUDGED, CitationCheck.OVERLAP]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  \n ", "needs some text"),
        ("x" * (typed.MOST_CHARACTERS + 1), "has room for"),
        ("So [see @ light].", "cannot be read as a citation"),
        ("So `[@light]`.", "where none is printed"),
        ("So [@light](https://example.org).", "where none is printed"),
        ("So it was.\n\n[^a]: A note [@light].", "where none is printed"),
        ("So it was.\n\n[^a]: A note.", "Nothing in the text points at the footnote “a”"),
        ("So[^a] and so[^a].\n\n[^a]: A note.", "Two marks point"),
        ("So [@nobody-2020].", "There is no source “nobody-2020”"),
        ("So [@unread].", "Nothing of the source “unread” could be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_as_it_reads_is_refused(section: Section, student: User, text: str, said: str) -> None:
    SourceFactory.create(document=section.document, key="unread")
    with pytest.raises(TextInvalid, match="^.*" + said):
        save(section, text, student)
    assert section.revisions.count() == 1


def test_an_address_in_brackets_is_no_citation(section: Section, student: User) -> None:
    assert save(section, "Write to the keepers [mail keeper@example.org].[^1]\n\n[^1]: Or not.", student) == 2


def test_a_source_that_was_taken_back_is_not_cited_anew(section: Section, source: Source, student: User) -> None:
    Source.objects.filter(pk=source.pk).update(retracted_at="2026-01-01T00:00:00Z", retracted_by="crossref")
    save(section, f"{TEXT} Indeed.", student)
    with pytest.raises(TextInvalid, match="There is no source"):
        save(section, "Bells were rung [@light].", student)


def test_nothing_changed_makes_no_version(section: Section, student: User) -> None:
    assert save(section, f"{TEXT}\r\n", student) == 1
    assert section.revisions.count() == 1


def test_two_windows_never_write_over_each_other(section: Section, student: User) -> None:
    save(section, f"{TEXT} One.", student)
    with pytest.raises(StaleRevision):
        save(section, f"{TEXT} Two.", student, expected=1)
    assert section.text.endswith("One.")


def test_only_a_finished_text_is_changed(section: Section, student: User) -> None:
    Document.objects.filter(pk=section.document_id).update(state=DocumentState.WRITING)
    with pytest.raises(NotEditable):
        save(section, "Other.", student)
    assert section.revisions.count() == 1


def test_ten_versions_and_those_with_names_stay(section: Section, student: User) -> None:
    for number in range(2, 15):
        save(section, f"{TEXT} {number}.", student)
        if number == 2:
            versions.rename(section=section, revision=2, name="Before the supervisor read it", by=student)
    kept = list(SectionRevision.objects.filter(section=section).values_list("revision", flat=True))
    assert kept == [1, 2, *range(5, 15)]


def bring_back(section: Section, revision: int, by: User) -> int:
    number = versions.restore(
        section=section, document=section.document, revision=revision, expected_revision=section.revision, by=by
    )
    section.refresh_from_db()
    return number


def test_an_earlier_version_comes_back_with_its_checks(section: Section, student: User) -> None:
    save(section, "Quite other words.", student)
    number = bring_back(section, 1, student)
    assert (number, section.text, section.revisions.get(revision=3).reason) == (3, TEXT, RevisionReason.RESTORED)
    assert checks(section) == [(CitationCheck.JUDGED, "The lamp burned for five hours in the tower.")]
    assert "edited_at" not in section.provenance
    assert "removed" not in section.provenance
    assert bring_back(section, 1, student) == 3


def test_a_version_that_kept_no_citations_is_checked_anew(section: Section, student: User) -> None:
    save(section, "Quite other words.", student)
    SectionRevision.objects.filter(section=section, revision=1).update(citations=[])
    bring_back(section, 1, student)
    assert checks(section) == [(CitationCheck.OVERLAP, "The lamp burned for five hours in the tower.")]
    assert "edited_at" in section.provenance


def test_a_text_of_an_earlier_time_had_no_density(section: Section, student: User) -> None:
    Section.objects.filter(pk=section.pk).update(provenance={"models": ["m"]})
    section.refresh_from_db()
    save(section, f"{TEXT} Mine.", student)
    assert "density" not in section.provenance


def test_the_statement_says_which_sections_the_author_changed(section: Section, student: User) -> None:
    def said() -> str:
        return ai_statements.of(section.document, sections_in_order(section.document))

    assert "Changed by the author" not in said()
    save(section, f"{TEXT} Mine.", student)
    assert "Changed by the author afterwards: 2.2." in said()
    assert "not checked again" not in said()
    assert section.provenance["density"]["citations"] == 1
    assert section.provenance["wording"]["words"] > 0
    save(section, f"{TEXT} Bells are loved by all [@light].", student)
    assert "Citations not checked again since the author changed their sentence: 1." in said()


def test_a_text_saved_while_another_is_rendered_is_rendered_next(section: Section, student: User) -> None:
    save(section, f"{TEXT} One.", student)
    row = Rendering.objects.get()
    held = duty.claim(restyling.RENDERINGS, row.pk)
    assert held
    finish = restyling._render(held)
    save(section, f"{TEXT} Two.", student)
    finish()
    assert restyling.render(rendering_id=row.pk)
    section.refresh_from_db()
    row.refresh_from_db()
    assert ("Two." in section.html, row.due_at) == (True, None)


def test_a_long_source_hides_no_other_that_is_cited_beside_it(
    section: Section, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_MOST_OF_CITED", 3)
    light = Source.objects.get(key="light")
    for position in range(2, 6):
        PassageFactory.create(source=light, text=f"{LAMP} {position}", page=2, position=position)
    # Its beginning has nothing that may be cited.
    PassageFactory.create(source=SourceFactory.create(document=section.document, key="small"), position=9, text="Oil.")
    save(section, f"{LAMP[:-1]} there [@light, p. 2].\n\nOil was dear [@small].", student)
    assert checks(section)[-1] == (CitationCheck.CHANGED, "Oil.")


def test_words_with_hyphens_and_decimals_are_found_in_their_passage(section: Section) -> None:
    seen = passages.NewPassage(9, "", 7, "We saw the lamp-lit 3.5-inch glass there.")
    passages.insert(source=Source.objects.get(key="light"), passages=[seen], language="en")
    found = looking_up.sharing_words(
        document_id=section.document_id, texts=["He saw the lamp-lit 3.5-inch glass."], language="en", limit=9
    )
    assert [passage.position for passage in found] == [7]
