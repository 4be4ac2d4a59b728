"""What a person may decide about sources, beneath pages and the API (R-97)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from documents.domain import choosing, correcting, joining, placing, retractions, sources
from documents.domain.desk import Filters, desk, wanted_and_not_cited
from documents.domain.printed import printed
from documents.enums import CitationCheck, DocumentState, SourceOrigin, SourceUse
from documents.errors import NotEditable, NotJoinable, StaleSource, TooManyWanted
from documents.models import Citation, Document, Passage, Source
from documents.sources.found import FoundWork
from generation.writing import assignments
from privacy.models import AuditEvent
from tests.documents.desk.making import source_with_text
from tests.documents.factories import PassageFactory, SourceFactory, outlined_document

pytestmark = pytest.mark.django_db


def listed(document: Document, **fields: Any) -> Source:
    return with_doi(SourceFactory.create(document=document, origin=SourceOrigin.BIBLIOGRAPHY, **fields))


def with_doi(source: Source) -> Source:
    """The source with its DOI in its reference as well."""
    if source.doi:
        source.csl["DOI"] = source.doi
        source.save()
    return source


def offered(document: Document) -> set[str]:
    found = sources.passages_for(document_id=document.pk, text="The lens turned on a bath of mercury", limit=10)
    return {passage.source.key for passage in found}


def actions() -> list[str]:
    return list(AuditEvent.objects.exclude(action="consent.granted").order_by("pk").values_list("action", flat=True))


def test_what_is_banned_or_joined_or_not_ones_own_is_offered_to_nobody(document: Document, student: User) -> None:
    banned, joined, found, kept = [source_with_text(document, key=key) for key in ("banned", "joined", "found", "kept")]
    Source.objects.filter(pk=found.pk).update(origin=SourceOrigin.SEARCH)
    Source.objects.filter(pk=joined.pk).update(joined_to=kept)
    choosing.choose(source=banned, use=SourceUse.BANNED, by=student)
    assert offered(document) == {"found", "kept"}
    choosing.only_own(document_id=document.pk, wished=True, by=student)
    assert offered(document) == {"kept"}
    ids = list(Passage.objects.values_list("pk", flat=True))
    shown = assignments.passages(document_id=document.pk, ids=ids)
    assert {passage.source.key for passage in shown} == {"kept"}


def test_a_banned_work_is_not_found_again(document: Document, student: User) -> None:
    text = "Keepers trimmed the wick each night, and wrote down the oil that the lamp had burnt since dusk fell."
    work = FoundWork(title="On wicks and oil", doi="10.1000/wick", text=text)
    [source] = sources.add_found(document_id=document.pk, works=[work])
    assert source.origins["title"] == ["search", "likely"]
    choosing.choose(source=source, use=SourceUse.BANNED, by=student)
    assert sources.add_found(document_id=document.pk, works=[work]) == []


def test_only_own_may_be_wished_before_there_is_an_outline(document: Document, student: User) -> None:
    """Nothing is searched then; an outline that is asked for later begins it."""
    Document.objects.filter(pk=document.pk).update(state=DocumentState.DRAFT)
    choosing.only_own(document_id=document.pk, wished=True, by=student)
    document.refresh_from_db()
    assert not document.search_for_sources
    assert not document.jobs.exists()


def test_own_sources_come_first_and_found_ones_as_they_fit(document: Document, student: User) -> None:
    """Also those of a second search, which come after what the first one found."""
    text = "Keepers trimmed the wick each night, and wrote down the oil that the lamp had burnt since dusk fell."
    for titles in (["Zeal at sea", "Beacons of iron"], ["Beacons of iron", "A lamp of four wicks"]):
        works = [FoundWork(title=title, text=text) for title in titles]
        sources.add_found(document_id=document.pk, works=works)
    for title in ("My own notes", "An own chapter"):
        source_with_text(document, title=title)
    as_usual = ["An own chapter", "My own notes", "Zeal at sea", "Beacons of iron", "A lamp of four wicks"]

    def listed() -> list[str]:
        return [row.source.title for row in desk(document, Filters()).rows]

    assert listed() == as_usual
    choosing.move(source=Source.objects.get(title="Zeal at sea"), up=True, by=student)
    assert listed() == ["An own chapter", "Zeal at sea", "My own notes", "Beacons of iron", "A lamp of four wicks"]
    choosing.as_usual(document_id=document.pk, by=student)
    assert listed() == as_usual


def test_choosing_twice_is_recorded_once(document: Document, student: User) -> None:
    source = source_with_text(document)
    for _time in range(2):
        choosing.choose(source=source, use=SourceUse.MUST, by=student)
        choosing.only_own(document_id=document.pk, wished=True, by=student)
    assert actions() == ["source.chosen", "document.changed"]


def test_no_more_can_have_to_be_cited_than_there_is_room_for(document: Document, student: User) -> None:
    many = [source_with_text(document) for _number in range(choosing.most_wanted(document) + 1)]
    for source in many[:-1]:
        choosing.choose(source=source, use=SourceUse.MUST, by=student)
    choosing.choose(source=many[0], use=SourceUse.MUST, by=student)
    with pytest.raises(TooManyWanted, match="In 4 pages at most 8 sources"):
        choosing.choose(source=many[-1], use=SourceUse.MUST, by=student)


def test_at_the_ends_of_the_list_nothing_moves(document: Document, student: User) -> None:
    first, last = source_with_text(document, title="A"), source_with_text(document, title="B")
    choosing.move(source=first, up=True, by=student)
    choosing.move(source=last, up=False, by=student)
    assert list(Source.objects.order_by("place").values_list("title", "place")) == [("A", 1), ("B", 2)]
    assert actions() == []
    choosing.as_usual(document_id=document.pk, by=student)
    choosing.as_usual(document_id=document.pk, by=student)
    assert actions() == ["sources.ordered"]


@pytest.mark.parametrize(
    "change",
    [
        lambda source, by: choosing.choose(source=source, use=SourceUse.MUST, by=by),
        lambda source, by: choosing.move(source=source, up=True, by=by),
        lambda source, by: choosing.as_usual(document_id=source.document_id, by=by),
        lambda source, by: choosing.only_own(document_id=source.document_id, wished=True, by=by),
        lambda source, by: correcting.correct(source=source, wanted={"title": "Other"}, version=1, by=by),
        lambda source, by: joining.join(source=source, other_id=source.pk, by=by),
        lambda source, by: joining.part(source=source, by=by),
        lambda source, by: joining.keep_apart(source=source, by=by),
        lambda source, by: joining.look(document_id=source.document_id, by=by),
    ],
)
def test_nothing_of_a_paid_document_is_changed(
    document: Document, student: User, change: Callable[[Source, User], None]
) -> None:
    source = source_with_text(document)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.QUEUED)
    with pytest.raises(NotEditable):
        change(source, student)
    assert actions() == []


def test_a_correction_says_what_changed_and_asks_the_registers_again(document: Document, student: User) -> None:
    source = source_with_text(document, doi="10.1000/old", looked_up_at="2026-01-01T00:00:00Z")
    assert correcting.correct(source=source, wanted={"title": source.title}, version=1, by=student) == []
    changed = correcting.correct(source=source, wanted={"DOI": "10.1000/NEW", "title": "New"}, version=1, by=student)
    assert changed == ["DOI", "title"]
    source.refresh_from_db()
    assert (source.doi, source.title, source.looked_up_at, source.version) == ("10.1000/new", "New", None, 2)
    assert AuditEvent.objects.get(action="source.corrected").details == {"fields": ["DOI", "title"]}
    with pytest.raises(StaleSource):
        correcting.correct(source=source, wanted={"title": "Newer"}, version=1, by=student)


def test_what_is_certain_is_joined_and_what_is_likely_is_asked(document: Document) -> None:
    file = with_doi(source_with_text(document, doi="10.1000/light", title="Keeping the Light"))
    certain = listed(document, doi="10.1000/light", title="Keeping the Light: A History of Lamps")
    book = listed(document, doi="10.1000/light", title="Proceedings of the Society of Lamps")
    arxiv = listed(document, doi="10.48550/arxiv.1", title="Keeping the light")
    listed(document, title="Something else entirely")
    assert joining.find_alike(document_id=document.pk) == 3
    for source in (certain, book, arxiv):
        source.refresh_from_db()
    assert (certain.joined_to, book.joined_to, arxiv.joined_to) == (file, None, None)
    assert (book.alike, arxiv.alike) == (file, file)
    assert joining.find_alike(document_id=document.pk, ids=[]) == 0


def test_an_entry_that_calls_itself_retracted_is_joined_with_the_file_that_does_not(document: Document) -> None:
    file = with_doi(source_with_text(document, doi="10.1000/light", title="Keeping the light of the north"))
    listed(document, doi="10.1000/light", title=f"RETRACTED: {file.title}", retracted_at=timezone.now())
    assert joining.find_alike(document_id=document.pk) == 1
    file.refresh_from_db()
    assert file.retracted_at is not None
    assert not Source.objects.citable().exists()


def test_a_banned_entry_is_never_joined_by_itself(document: Document) -> None:
    with_doi(source_with_text(document, doi="10.1000/light"))
    banned = listed(document, doi="10.1000/light", use=SourceUse.BANNED)
    joining.find_alike(document_id=document.pk)
    banned.refresh_from_db()
    assert (banned.joined_to, banned.alike is None) == (None, False)


def test_a_banned_entry_bans_the_work_that_it_is_joined_to(document: Document, student: User) -> None:
    file = source_with_text(document)
    banned = listed(document, use=SourceUse.BANNED)
    kept = joining.join(source=banned, other_id=file.pk, by=student)
    assert (kept.pk, kept.use) == (file.pk, SourceUse.BANNED)
    joining.part(source=banned, by=student)
    file.refresh_from_db()
    assert file.use == SourceUse.MAY
    choosing.choose(source=file, use=SourceUse.MUST, by=student)
    with pytest.raises(NotJoinable, match="Decide first"):
        joining.join(source=banned, other_id=file.pk, by=student)


def test_joined_the_entry_lends_its_fields_and_the_file_its_text(document: Document, student: User) -> None:
    csl = {"id": "f", "type": "report", "title": "scan0001"}
    file = source_with_text(document, key="f", title="scan0001", csl=csl, origins={"title": ["file", "unsure"]})
    entry = listed(
        document, doi="10.1000/light", use=SourceUse.MUST, retracted_at="2026-01-01T00:00:00Z", retracted_by="crossref",
        notices=[["correction", "10.1000/c"]], is_open_access=True,
    )  # fmt: skip
    kept = joining.join(source=entry, other_id=file.pk, by=student)
    assert (kept.pk, kept.key, kept.csl["id"], kept.title) == (file.pk, "f", "f", "Keeping the Light")
    assert (kept.use, kept.retracted_by, kept.is_open_access) == (SourceUse.MUST, "crossref", True)
    assert kept.origins["author"] == ["list", "likely"]
    assert kept.notices == [["correction", "10.1000/c"]]
    correcting.correct(source=kept, wanted={"publisher": "Lamp Press"}, version=kept.version, by=student)
    entry.refresh_from_db()
    joining.part(source=entry, by=student)
    kept.refresh_from_db()
    assert kept.csl == {**csl, "publisher": "Lamp Press"}
    assert (kept.title, kept.use, kept.retracted_at, kept.is_open_access) == ("scan0001", SourceUse.MAY, None, None)
    assert "author" not in kept.origins
    entry.refresh_from_db()
    assert (entry.joined_to, entry.alike, entry.is_apart) == (None, kept, True)
    assert joining.find_alike(document_id=document.pk) == 0, "they were taken apart by hand"
    with pytest.raises(NotJoinable):
        joining.part(source=entry, by=student)


def test_a_retraction_from_before_stays_when_two_are_parted(document: Document, student: User) -> None:
    kept = source_with_text(document, retracted_at="2026-01-01T00:00:00Z", retracted_by="openalex")
    entry = listed(document)
    joining.join(source=entry, other_id=kept.pk, by=student)
    joining.part(source=entry, by=student)
    kept.refresh_from_db()
    assert (kept.retracted_by, kept.retracted_at is None) == ("openalex", False)


def test_four_addresses_of_one_work_become_one_source(document: Document, student: User) -> None:
    file = source_with_text(document)
    others = [
        listed(document, doi=doi, url=url) for doi, url in (("10.1/a1", ""), ("10.48550/x", ""), ("", "https://a.b"))
    ]
    joining.look(document_id=document.pk, by=student)
    for other in others:
        other.refresh_from_db()
        assert other.alike is not None
        joining.join(source=other, other_id=file.pk, by=student)
    shown = desk(document, Filters())
    assert [row.source.pk for row in shown.rows] == [file.pk]
    assert len(shown.rows[0].joined) == 3
    assert shown.pairs == []


def test_only_two_free_sources_of_one_document_are_joined(document: Document, student: User) -> None:
    source, elsewhere = source_with_text(document), source_with_text(outlined_document())
    for other in (source, elsewhere):
        with pytest.raises(NotJoinable, match="Choose another source"):
            joining.join(source=source, other_id=other.pk, by=student)


def test_a_source_comes_back_when_the_one_it_was_joined_to_goes(document: Document, student: User) -> None:
    file, entry = source_with_text(document), listed(document)
    joining.join(source=entry, other_id=file.pk, by=student)
    file.delete()
    assert [row.source.pk for row in desk(document, Filters()).rows] == [entry.pk]


def test_what_has_to_be_cited_is_placed_where_it_fits_best_and_offered_there(document: Document, student: User) -> None:
    days = document.sections.get(title="Days")
    days.covers = "Painting, polishing brass and the daily paperwork of keepers."
    days.save()
    polish = SourceFactory.create(document=document, title="Polishing brass", key="brass-1990")
    PassageFactory.create(source=polish, text="Brass was polished daily, and the paperwork of the keepers was signed.")
    other = source_with_text(document, title="Unlike anything else here", key="unlike-1990")
    unread = SourceFactory.create(document=document, title="No text", use=SourceUse.MUST)
    for source in (polish, other):
        choosing.choose(source=source, use=SourceUse.MUST, by=student)
    placed = placing.place(document_id=document.pk)
    assert placed[str(days.pk)] == [polish.pk]
    assert sorted(pk for ids in placed.values() for pk in ids) == [polish.pk, other.pk]
    assert placing.among(sources=[polish.pk, other.pk], texts=["", ""], rooms=[1.0, 1.0]) == {polish.pk: 0, other.pk: 1}
    assert wanted_and_not_cited(document) == [unread, polish, other]
    Citation.objects.create(
        document=document, section=days, position=1, source=polish, passage=polish.passages.get(),
        sentence="Brass was polished.", check_result=CitationCheck.OVERLAP,
    )  # fmt: skip
    assert wanted_and_not_cited(document) == [unread, other]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"use": "perhaps"}, "source_use_known"),
        ({"joined_to": F("id")}, "source_not_joined_to_itself"),
        ({"alike": F("id")}, "source_not_alike_itself"),
    ],
)
def test_the_database_refuses_what_cannot_be(document: Document, values: dict[str, Any], constraint: str) -> None:
    source = source_with_text(document)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Source.objects.filter(pk=source.pk).update(**values)


def test_an_entry_that_cannot_be_set_is_not_there(document: Document, caplog: pytest.LogCaptureFixture) -> None:
    source = source_with_text(document)
    document.citation_style = "no-such-style"
    assert printed(document, [source]) == {}
    assert "could not be shown as they will print" in caplog.text
    [row] = desk(document, Filters()).rows
    assert row.entry_html is None


def test_works_of_one_author_and_year_print_as_if_alone(document: Document) -> None:
    some = [source_with_text(document, title=title, key=key) for title, key in (("Bells", "a-1"), ("Lamps", "b-1"))]
    for source in some:
        source.csl["author"].append({"literal": "others"})
    for style in ("apa", "chicago-author-date", "ieee"):
        document.citation_style = style
        entries = printed(document, some)
        texts = [str(entries[source.pk]) for source in some]
        assert "Bells" in texts[0], style
        assert texts[0].replace("Bells", "Lamps") == texts[1], style
        assert "Ellingsen" in texts[1], style
        assert not any(mark in texts[0] for mark in ("2019a", "[1]", "———", "others")), style
        assert json.dumps(texts) == json.dumps([str(printed(document, some)[source.pk]) for source in some])


def test_what_is_taken_back_takes_the_source_with_it_that_stands_for_it(document: Document, student: User) -> None:
    kept = source_with_text(document)
    entry = listed(document)
    joining.join(source=entry, other_id=kept.pk, by=student)
    entry.refresh_from_db()
    retractions.mark(source_id=entry.pk, by=iter(["crossref"]), now=timezone.now())
    kept.refresh_from_db()
    assert (kept.retracted_by, kept.retracted_at is None) == ("crossref", False)


def test_two_of_one_beginning_that_are_two_works_stay_apart(document: Document, student: User) -> None:
    first = listed(document, title="Keeping the Light: A History of Lamps")
    second = listed(document, title="Keeping the Light: The Law of Wrecks")
    assert joining.look(document_id=document.pk, by=student) == 0
    joining.keep_apart(source=first, by=student)
    second.refresh_from_db()
    assert (second.alike, second.is_apart) == (None, False)
    assert "source.kept_apart" not in actions()


def test_joining_another_doi_has_it_looked_up(document: Document, student: User) -> None:
    kept = source_with_text(document, looked_up_at=timezone.now())
    entry = listed(document, doi="10.1000/light", is_peer_reviewed=True)
    Source.objects.filter(pk=kept.pk).update(is_peer_reviewed=False)
    joined = joining.join(source=entry, other_id=kept.pk, by=student)
    assert (joined.doi, joined.looked_up_at, joined.is_peer_reviewed) == ("10.1000/light", None, False)


def test_parted_after_a_change_of_mind_the_newer_word_stays(document: Document, student: User) -> None:
    kept, entry = source_with_text(document), listed(document, use=SourceUse.MUST)
    joining.join(source=entry, other_id=kept.pk, by=student)
    choosing.choose(source=kept, use=SourceUse.BANNED, by=student)
    Source.objects.filter(pk=kept.pk).update(retracted_at=timezone.now(), retracted_by="title")
    joining.part(source=entry, by=student)
    kept.refresh_from_db()
    assert (kept.use, kept.retracted_by) == (SourceUse.BANNED, "title")


def test_what_a_search_found_and_its_owner_brought_is_their_own(document: Document, student: User) -> None:
    """Of an entry without text, which is joined to the abstract that was found, nothing would be cited otherwise."""
    text = "Keepers trimmed the wick each night, and wrote down the oil that the lamp had burnt since dusk fell."
    work = FoundWork(title="Keeping the Light", doi="10.1000/light", text=text)
    [found] = sources.add_found(document_id=document.pk, works=[work])
    entry = listed(document, doi="10.1000/light", title="Keeping the Light")
    joining.look(document_id=document.pk, by=student)
    choosing.only_own(document_id=document.pk, wished=True, by=student)
    assert offered(document) == {found.key}
    assert desk(document, Filters()).rows[0].troubles == []
    entry.refresh_from_db()
    joining.part(source=entry, by=student)
    assert offered(document) == set()
    found.refresh_from_db()
    assert found.origin == SourceOrigin.SEARCH


def test_taken_apart_under_an_older_version_what_that_did_not_keep_stays(document: Document, student: User) -> None:
    kept, entry = source_with_text(document), listed(document)
    joining.join(source=entry, other_id=kept.pk, by=student)
    entry.refresh_from_db()
    assert entry.join_undo is not None
    for side in entry.join_undo.values():
        del side["origin"]
    entry.save()
    joining.part(source=entry, by=student)
    kept.refresh_from_db()
    assert kept.origin == SourceOrigin.UPLOAD


def test_what_was_kept_apart_stays_so_when_a_third_one_comes(document: Document, student: User) -> None:
    def look(*, doi: str = "") -> Source:
        source = listed(document, title="Keeping the Light", doi=doi)
        joining.look(document_id=document.pk, by=student)
        source.refresh_from_db()
        return source

    first, second = look(doi="10.1000/a"), look(doi="10.1000/b")
    joining.keep_apart(source=second, by=student)
    third = look(doi="10.1000/c")
    joining.keep_apart(source=third, by=student)
    for _time in range(3):
        joining.look(document_id=document.pk, by=student)
    pairs = [{one.pk, one.alike_id} for one in Source.objects.exclude(alike=None)]
    assert {first.pk, second.pk} in pairs
    assert {second.pk, third.pk} in pairs or {first.pk, third.pk} in pairs
    for one in Source.objects.filter(is_apart=False).exclude(alike=None):
        joining.keep_apart(source=one, by=student)
    joining.look(document_id=document.pk, by=student)
    assert list(desk(document, Filters()).pairs) == []


def test_what_was_joined_in_another_window_moves_nowhere(document: Document, student: User) -> None:
    kept, entry = source_with_text(document), listed(document)
    joining.join(source=entry, other_id=kept.pk, by=student)
    choosing.move(source=entry, up=True, by=student)
    assert "sources.ordered" not in actions()


def test_two_that_both_remember_another_decision_are_not_asked_about(document: Document, student: User) -> None:
    one, other = (listed(document, title="Keeping the Light", doi=doi) for doi in ("10.1000/a", "10.1000/b"))
    for source, title in ((one, "Bees in towns"), (other, "Glass in the far north")):
        Source.objects.filter(pk=source.pk).update(alike=listed(document, title=title), is_apart=True)
    assert joining.look(document_id=document.pk, by=student) == 0
    assert list(desk(document, Filters()).pairs) == []
