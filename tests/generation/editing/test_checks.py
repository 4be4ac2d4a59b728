"""Notes on a text, beside it and of the whole document (R-10, R-11, R-15 to R-17)."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.postgres.search import SearchVector
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from documents.enums import CitationCheck, DocumentState
from documents.models import Citation, Document, Passage, Section, SectionRevision, SheetLine, Source
from generation.editing.notes import away, gists, kinds, looking
from generation.editing.notes.kinds import Note
from generation.enums import JobKind, NoteKind, Stage, StepState
from generation.errors import TooManyLeft
from generation.models import Job, LeftNote, Step
from privacy.models import AuditEvent
from tests.api.calling import kind_of, program_of
from tests.documents.test_views import words
from tests.generation.editing.making import BELL, LAMP, TEXT

pytestmark = pytest.mark.django_db

SAID = "The keepers of the outer skerries slept badly through the long winters of that decade."
AGAIN = "Keepers on the outer skerries slept very badly through the long winters of the decade."


def look(section: Section, typed: str | None = None) -> list[Note]:
    [found] = looking.of_section(section.document, section, typed).sections
    return list(found.notes)


def said(notes: list[Note]) -> list[tuple[NoteKind, str]]:
    return [(note.kind, note.why) for note in notes]


def another(section: Section, text: str) -> Section:
    """Another written section of the document."""
    made = section.document.sections.filter(revision=0).first()
    assert made is not None
    Section.objects.filter(pk=made.pk).update(text=text, revision=1)
    SectionRevision.objects.create(section=made, revision=1, text=text, reason="written")
    made.refresh_from_db()
    return made


def at(section: Section, name: str = "check-section") -> str:
    return reverse(f"generation:{name}", args=[section.document_id, section.pk])


def fetched(browser: Client, section: Section, text: str, **more: str) -> Any:
    return browser.post(
        at(section), {"text": text, "revision": section.revision, **more}, headers={"X-Requested-With": "fetch"}
    )


def test_a_checked_text_has_no_notes(section: Section) -> None:
    assert look(section) == []


def test_places_are_those_of_the_text_that_was_typed(section: Section) -> None:
    typed = f"\r\n\r\nIt 😀 was.\r\n\r\nIn 1871 the tower was lit there.\r\n\r\n{TEXT}"
    [note] = look(section, typed)
    text = typed.replace("\r\n", "\n")
    assert (note.paragraph, text[note.start : note.end]) == (1, "In 1871 the tower was lit there.")
    assert note.help


def test_citations_that_cannot_be_resolved_are_told(section: Section, source: Source) -> None:
    bare = Source.objects.create(document=section.document, key="bare", title="Bare", csl={}, origin="added")
    typed = f"{TEXT} So it was [@nobody], so [@bare], and so [@ x]."
    [note] = look(section, typed)
    assert note.kind == NoteKind.UNRESOLVED
    for words_of_it in ("no source “nobody”", "Nothing of the source “bare”", "cannot be read as a citation"):
        assert words_of_it in note.why
    Source.objects.filter(pk=source.pk).update(retracted_at="2026-01-01T00:00:00Z", retracted_by="crossref")
    assert ("light" in look(section)[0].why, bare.key) == (True, "bare")


def test_citations_of_new_sentences_are_compared_with_their_passages(section: Section) -> None:
    proven = f"{BELL[:-1]} [@light, p. 2]."
    assert NoteKind.UNCHECKED not in {note.kind for note in look(section, f"{TEXT}\n\n{proven}")}
    unproven, page, quotation = (
        look(section, f"{TEXT}\n\n{one}")
        for one in (
            "Bells were loved by all who heard them [@light, p. 2].",
            "The bell was rung by hand [@light, p. 9].",
            "They say “the bell was never rung by hand” there [@light, p. 2].",
        )
    )
    assert [kind for kind, _why in said(unproven)] == [NoteKind.UNCHECKED]
    assert "Nobody has checked this citation yet" in unproven[0].why
    assert "No passage of page 9 of “light” was read." in said(page)[0][1]
    assert "does not stand in what was read" in said(quotation)[0][1]


def test_a_citation_that_was_saved_unproven_is_told(section: Section) -> None:
    Citation.objects.filter(section=section).update(check_result=CitationCheck.CHANGED)
    [note] = look(section)
    assert (note.kind, note.sentence) == (NoteKind.UNCHECKED, TEXT.partition("\n")[0])
    assert "changed since its citation was checked" in note.why
    second = section.document.sources.get(key="light").passages.get(page=2)
    Citation.objects.filter(section=section).update(passage=second)
    assert "No passage of page 1" in look(section)[0].why


def test_copies_of_a_passage_are_told_in_new_sentences_until_they_are_quoted(section: Section) -> None:
    Passage.objects.filter(source__document=section.document).update(search=SearchVector("text", config="english"))
    typed = f"{TEXT}\n\nWe know that {BELL[0].lower()}{BELL[1:]}"
    [note] = [one for one in look(section, typed) if one.kind == NoteKind.COPIED]
    assert "“Of lamps”, page 2" in note.why
    assert note.words in BELL.lower()
    quoted = f"{TEXT}\n\nWe know that “{BELL[0].lower()}{BELL[1:-1]}”."
    assert NoteKind.COPIED not in {one.kind for one in look(section, quoted)}


def test_copies_that_saving_told_of_are_told_while_they_stand_there(section: Section) -> None:
    copied = [{"words": BELL[:-1], "key": "light", "page": ""}]
    section.provenance = {**section.provenance, "wording": {"words": 30, "quoted": 0, "near": 14, "copied": copied}}
    section.text = f"{TEXT}\n\n{BELL}"
    section.save()
    [note] = [one for one in look(section) if one.kind == NoteKind.COPIED]
    assert note.why.startswith("These words are from “Of lamps”, without")
    assert [one for one in look(section, TEXT) if one.kind == NoteKind.COPIED] == []
    assert [one for one in look(section, f"{TEXT}\n\n> {BELL}") if one.kind == NoteKind.COPIED] == []
    [whole] = [one for one in looking.of_document(section.document).notes if one.kind == NoteKind.COPIED]
    assert whole.digest == note.digest


def test_a_thought_said_twice_is_told_in_both_places(section: Section) -> None:
    other = another(section, f"So it was. {SAID}")
    [note] = look(section, f"{TEXT}\n\n{AGAIN}")
    assert (note.kind, note.sentence, SAID in note.why) == (NoteKind.REPEATED, AGAIN, True)
    Section.objects.filter(pk=section.pk).update(text=f"{TEXT}\n\n{AGAIN}")
    looked = looking.of_document(section.document)
    assert {note.sentence for note in looked.notes} == {SAID, AGAIN}
    numbers = {one.section.pk: one.section.number for one in looked.sections}
    assert f"Section {numbers[other.pk]} says nearly the same" in note.why
    within = look(section, f"{TEXT}\n\n{AGAIN}\n\n{AGAIN[:-1]} there.")
    assert sorted(one.why.startswith("This section") for one in within) == [True, True]


def test_terms_of_the_work_are_kept_to(section: Section) -> None:
    job = Job.objects.create(document=section.document, kind=JobKind.DOCUMENT, sort_key=1)
    kept = {"glossary": [{"term": "lightkeeper", "meaning": "Who keeps a light."}]}
    Step.objects.create(job=job, stage=Stage.RESEARCH, state=StepState.DONE, result=kept, position=1, sort_key=1)
    [note] = look(section, f"{TEXT} The light keeper knows.")
    assert (note.kind, note.words) == (NoteKind.TERM, "light keeper")


def test_what_the_sheet_asks_is_told_where_the_plan_puts_it(section: Section) -> None:
    Section.objects.filter(pk=section.pk).update(covers="how the mercury bath turned the lens, and who was Fresnel")
    for kind, what, value, asks in (
        ("term", "term", "Fresnel", "Fresnel’s lens"),
        ("point", "point", "", "Explain how a mercury bath turned the heavy lens"),
        ("point", "point", "", "Describe submarine telegraph cables"),
        ("length", "pages", "", "12 pages"),
    ):
        SheetLine.objects.create(
            document=section.document, kind=kind, what=what, value=value, asks=asks, origin="owner"
        )
    section.refresh_from_db()
    found = [note for note in look(section) if note.kind == NoteKind.SHEET]
    assert len(found) == 2
    assert (found[0].sentence, "“Fresnel”" in found[0].why) == ("", True)
    met = f"{TEXT} Fresnel made the heavy lens, and a mercury bath turned it."
    assert [note for note in look(section, met) if note.kind == NoteKind.SHEET] == []


def test_pages_are_those_that_were_counted_until_something_is_changed(section: Section) -> None:
    document = section.document
    Document.objects.filter(pk=document.pk).update(body_pages=Decimal("3.90"))
    document.refresh_from_db()
    assert looking.of_section(document, section).pages.filled == Decimal("3.9")
    longer = looking.of_section(document, section, f"{TEXT} {'So it was. ' * 300}").pages
    assert (longer.filled, longer.paid, longer.is_over) == (Decimal("5.1"), Decimal(4), True)
    SectionRevision.objects.create(section=section, revision=2, text=TEXT, reason="edited")
    estimate = looking.of_section(document, section).pages
    assert (estimate.filled < 1, estimate.is_over) == (True, False)
    assert looking.of_document(document).pages == estimate


def test_the_english_of_the_document_is_kept_to(section: Section) -> None:
    another(section, "The colour, the harbour, the centre and the neighbour.")
    [note] = look(section, f"{TEXT} The color of it.")
    assert "American spelling" in note.why
    Document.objects.filter(pk=section.document_id).update(english="en-US")
    section.document.refresh_from_db()
    assert look(section, f"{TEXT} The color of it.") == []


def test_a_section_is_looked_over_in_few_queries_however_many_there_are(section: Section) -> None:
    typed = f"{TEXT} New words that nobody has cited before stand here [@light, p. 2]."
    for _warm in range(2):
        gists._kept.clear()
        with CaptureQueriesContext(connection) as first:
            look(section, typed)
    document = section.document
    Section.objects.bulk_create(
        Section(document=document, position=n, title=f"S {n}", pages=1, revision=1, text=SAID) for n in range(10, 30)
    )
    gists._kept.clear()
    with CaptureQueriesContext(connection) as many:
        look(section, typed)
    with CaptureQueriesContext(connection) as again:
        look(section, typed)
    assert len(first) <= 14
    assert len(many) <= len(first) + 1
    # The others are read once.
    assert len(again) == len(many) - 1
    with CaptureQueriesContext(connection) as whole:
        looking.of_document(document)
    assert len(whole) <= 12


def test_gists_that_are_kept_have_a_limit(section: Section, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gists, "_KEPT", 1)
    another(section, SAID)
    gists._kept.clear()
    gists.of_sections(list(section.document.sections.filter(revision__gt=0)), section.document)
    assert len(gists._kept) == 1


def test_a_note_that_is_put_away_stays_away_while_its_sentence_stays(section: Section, student: User) -> None:
    typed = f"{TEXT} In 1871 the tower was lit."
    [note] = look(section, typed)
    for _twice in range(2):
        away.leave(document=section.document, kind=note.kind, digest=note.digest, by=student)
    assert AuditEvent.objects.filter(action="document.note_left").count() == 1
    [found] = looking.of_section(section.document, section, f"Before.\n\n{typed}").sections
    assert (list(found.notes), found.left) == ([], 1)
    assert len(look(section, typed.replace("1871", "1872"))) == 1
    assert away.bring_back(document=section.document, by=student) == 1
    assert away.bring_back(document=section.document, by=student) == 0
    assert len(look(section, typed)) == 1


def test_so_many_notes_are_put_away_and_no_more(
    section: Section, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(away, "MOST_LEFT", 1)
    away.leave(document=section.document, kind=NoteKind.SLIP, digest="a" * 64, by=student)
    away.leave(document=section.document, kind=NoteKind.SLIP, digest="a" * 64, by=student)
    with pytest.raises(TooManyLeft):
        away.leave(document=section.document, kind=NoteKind.SLIP, digest="b" * 64, by=student)


@pytest.mark.parametrize("wrong", [{"kind": "nonsense"}, {"digest": ""}, {"digest": "a" * 64}])
def test_the_database_keeps_one_row_for_each_note_of_a_known_kind(document: Document, wrong: dict[str, str]) -> None:
    LeftNote.objects.create(document=document, kind=NoteKind.SLIP, digest="a" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        LeftNote.objects.create(**{"document": document, "kind": NoteKind.TERM, "digest": "c" * 64, **wrong})


def test_the_page_of_a_section_has_notes_of_the_saved_text(browser: Client, section: Section) -> None:
    Section.objects.filter(pk=section.pk).update(text=f"{TEXT} In 1871 the the tower was lit.")
    page = words(browser.get(at(section, "edit")))
    assert "2 notes, by fixed rules alone" in page
    assert "It states when something was without a source." in page
    assert "The document fills about" in page
    assert f'formaction="{at(section)}"' in page
    # A refused text is looked over as it was typed.
    refused = words(browser.post(at(section, "edit"), {"text": "Mine is the the lamp [@nobody].", "revision": 1}))
    assert "There is no source “nobody”" in refused
    assert "stands twice" in refused


def test_a_typed_text_is_looked_over_and_not_saved(browser: Client, section: Section) -> None:
    typed = f"{TEXT} In 1871 the the tower was lit."
    fragment = words(fetched(browser, section, typed))
    assert "<html" not in fragment
    assert "“the” stands twice." in fragment
    page = words(browser.post(at(section), {"text": typed, "revision": 1}))
    assert "the the tower was lit.</textarea>" in page
    assert "“the” stands twice." in page
    assert "data-is-unsaved" in page
    section.refresh_from_db()
    assert (section.text, section.revision) == (TEXT, 1)
    assert browser.post(at(section), {"text": "", "revision": "x"}).status_code == 200


def test_a_note_is_put_away_with_the_text_as_it_is_typed(browser: Client, section: Section) -> None:
    typed = f"{TEXT} In 1871 the tower was lit."
    [note] = look(section, typed)
    page = words(browser.post(at(section), {"text": typed, "revision": 1, "leave": f"{note.kind}:{note.digest}"}))
    assert "1 note here is put away." in page
    assert "In 1871 the tower was lit.</textarea>" in page
    back = words(fetched(browser, section, typed, bring_back="1"))
    assert "1 note, by fixed rules alone" in back
    fetched(browser, section, typed, leave="slip:nonsense")
    assert not LeftNote.objects.exists()


def test_a_text_that_is_too_long_is_not_looked_over(browser: Client, section: Section) -> None:
    fragment = words(fetched(browser, section, "So it was. " * 10_000))
    assert "A section has room for 100000 characters" in fragment
    assert "fills about" not in fragment


def test_looking_over_again_and_again_has_a_limit(
    browser: Client, section: Section, settings: LazySettings, student: User
) -> None:
    settings.CHECKS_PER_MINUTE = 2
    typed = f"{TEXT} In 1871 the tower was lit."
    fetched(browser, section, typed)
    fetched(browser, section, typed)
    late = fetched(browser, section, typed)
    assert (late.status_code, "Retry-After" in late.headers) == (429, True)
    assert "That was often in a short time." in words(late)
    page = browser.post(at(section), {"text": typed, "revision": 1})
    assert "In 1871 the tower was lit.</textarea>" in words(page)
    assert browser.get(reverse("generation:check", args=[section.document_id])).status_code == 429
    program, api = program_of(student), f"/api/v1/documents/{section.document_id}"
    assert kind_of(program("POST", f"{api}/sections/{section.pk}/checks", {"text": "x"})) == "too-many-checks"


def test_putting_notes_away_and_opening_the_editor_have_the_same_limit(
    browser: Client, section: Section, settings: LazySettings, student: User
) -> None:
    settings.CHECKS_PER_MINUTE = 1
    typed = f"{TEXT} In 1871 the tower was lit."
    [note] = look(section, typed)
    document = section.document_id
    leave, back = (reverse(f"generation:{name}", args=[document]) for name in ("leave-note", "notes-back"))
    value = f"{note.kind}:{note.digest}"
    assert browser.post(leave, {"leave": value}).status_code == 302
    assert LeftNote.objects.count() == 1
    for late in (browser.post(back), browser.post(leave, {"leave": value})):
        assert (late.status_code, "Retry-After" in late.headers) == (429, True)
    fetched(browser, section, typed, bring_back="1")
    program, api = program_of(student), f"/api/v1/documents/{document}/checks/left"
    assert kind_of(program("DELETE", api)) == "too-many-checks"
    assert kind_of(program("POST", api, {"kind": note.kind, "digest": note.digest})) == "too-many-checks"
    assert LeftNote.objects.count() == 1
    page = browser.get(at(section, "edit"))
    assert (page.status_code, "That was often in a short time." in words(page)) == (200, True)
    assert "fills about" not in words(page)


def test_thousands_of_slips_in_one_sentence_are_one_note(section: Section) -> None:
    [note] = [one for one in look(section, " a ," * 25_000) if one.kind == NoteKind.SLIP]
    assert note.why == "A blank stands before “,”."
    doubled = " and ".join(f"{word} {word}" for word in map("".join, product("bcdf", "ao", "lmnr")))
    [note] = [one for one in look(section, f"So {doubled}.") if one.kind == NoteKind.SLIP]
    assert note.why.count("stands twice.") == kinds.MOST_REASONS
    many = "\n\n".join(f"The the keeper slept in room number {number}." for number in range(400))
    [found] = looking.of_section(section.document, section, many).sections
    assert len(found.notes) == looking._MOST_NOTES


def test_the_page_of_the_document_counts_by_kind_and_leads_to_the_sentence(browser: Client, section: Section) -> None:
    check = reverse("generation:check", args=[section.document_id])
    assert "Fixed rules find nothing to say about this text." in words(browser.get(check))
    assert check in words(browser.get(reverse("documents:read", args=[section.document_id])))
    another(section, "In 1902 the the light went out. In 1903 it came back to them.")
    SheetLine.objects.create(document=section.document, kind="length", what="pages", asks="12 pages", origin="owner")
    page = words(browser.get(check))
    assert 'without a source <span class="num">2</span>' in page
    assert reverse("documents:sheet", args=[section.document_id]) in page
    first = looking.of_document(section.document).notes[0]
    assert f"?note={first.digest}#section-form" in page
    leave = reverse("generation:leave-note", args=[section.document_id])
    assert "Put away." in words(browser.post(leave, {"leave": f"{first.kind}:{first.digest}"}, follow=True))
    page = words(browser.get(check))
    assert "1 note is put away." in page
    assert "There is no such note." in words(browser.post(leave, {"leave": "x"}, follow=True))
    back = browser.post(reverse("generation:notes-back", args=[section.document_id]), follow=True)
    assert "1 note is back." in words(back)


def test_full_up_is_said_on_the_page(browser: Client, section: Section, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away, "MOST_LEFT", 0)
    leave = reverse("generation:leave-note", args=[section.document_id])
    assert "no more are" in words(browser.post(leave, {"leave": f"slip:{'a' * 64}"}, follow=True))
    assert "no more are" in words(fetched(browser, section, TEXT, leave=f"slip:{'a' * 64}"))


def test_only_a_finished_document_is_looked_over(browser: Client, section: Section, student: User) -> None:
    Document.objects.filter(pk=section.document_id).update(state=DocumentState.WRITING)
    assert browser.get(reverse("generation:check", args=[section.document_id])).status_code == 404
    assert fetched(browser, section, "x").status_code == 404
    assert program_of(student).get(f"/api/v1/documents/{section.document_id}/checks").status_code == 404


def test_a_program_gets_the_same_notes(section: Section, student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    program, api = program_of(student), f"/api/v1/documents/{section.document_id}"
    Section.objects.filter(pk=section.pk).update(text=f"{TEXT} In 1871 the tower was lit.")
    [own] = [one for one in program.get(f"{api}/checks").json()["sections"] if one["id"] == str(section.pk)]
    [note] = own["notes"]
    assert (note["kind"], note["sentence"]) == ("unsourced", "In 1871 the tower was lit.")
    typed = program("POST", f"{api}/sections/{section.pk}/checks", {"text": f"  {LAMP} The the lamp."})
    [found] = typed.json()["sections"]
    slip = next(one for one in found["notes"] if one["kind"] == "slip")
    assert f"  {LAMP} The the lamp."[slip["start"] : slip["end"]] == "The the lamp."
    put = {"kind": note["kind"], "digest": note["digest"]}
    assert program("POST", f"{api}/checks/left", put).status_code == 204
    [own] = [one for one in program.get(f"{api}/checks").json()["sections"] if one["id"] == str(section.pk)]
    assert (own["notes"], own["left"]) == ([], 1)
    assert program("POST", f"{api}/checks/left", {**put, "digest": "x"}).status_code == 400
    monkeypatch.setattr(away, "MOST_LEFT", 1)
    assert kind_of(program("POST", f"{api}/checks/left", {**put, "digest": "b" * 64})) == "too-many-notes"
    assert program("DELETE", f"{api}/checks/left").status_code == 204
    assert not LeftNote.objects.exists()
