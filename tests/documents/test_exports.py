"""Files to take away and texts for the screen: asked for once, made once, taken over, given up aloud (R-116)."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from documents.domain import exporting, requesting, restyling
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export, Rendering
from tesigo.platform import duty
from tesigo.platform.enqueue import outbox
from tesigo.tasks import nudge_due
from tests.documents.factories import outlined_document
from tests.platform.alerting import told

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def document() -> Document:
    """A finished document of a few lines."""
    document = outlined_document(pages=4)
    document.sections.filter(children=None).update(text="The lamp was trimmed at every change of the watch.")
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, rendered_style="apa")
    document.refresh_from_db()
    return document


class Queue:
    """The tasks that wait at the broker."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def tasks(self) -> list[tuple[str, str]]:
        """Names and arguments."""
        outbox.flush(seconds=10)
        found: Any = self.client.lrange(f"tesigo:{current_app.conf.task_default_queue}", 0, -1)
        heads = [json.loads(message)["headers"] for message in found]
        return [(head["task"], head["argsrepr"]) for head in heads]

    def lose(self) -> None:
        """As a Redis that was started anew, empty."""
        outbox.flush(seconds=10)
        self.client.flushdb()


@pytest.fixture
def queue(_redis_client: redis.Redis) -> Queue:
    return Queue(_redis_client)


def ask(document: Document, format: ExportFormat = ExportFormat.PDF) -> Export:
    row = requesting.request_export(document_id=document.pk, format=format, with_ai_statement=False)
    row.refresh_from_db()
    return row


def stored() -> set[str]:
    folder = Path(settings.MEDIA_ROOT) / "exports"
    return {one.name for one in folder.iterdir()} if folder.is_dir() else set()


def test_a_waiting_row_is_handed_out_once_however_often_beat_looks(document: Document, queue: Queue) -> None:
    row = ask(document)
    restyling.ask(document_id=document.pk)
    for _ in range(5):
        nudge_due()
    assert sorted(queue.tasks()) == sorted(
        [("documents.tasks.make_export", f"('{row.pk}',)"),
         ("documents.tasks.render", f"('{Rendering.objects.get().pk}',)")]
    )  # fmt: skip


def test_a_row_whose_nudge_was_lost_is_found(document: Document, queue: Queue) -> None:
    ask(document)
    queue.lose()
    later = timezone.now() + exporting.EXPORTS.nudge_lasts
    assert duty.nudge_due(now=later) == 1
    assert duty.nudge_due(now=later + MINUTE) == 0
    assert len(queue.tasks()) == 1


def test_asking_again_while_it_is_on_its_way_asks_for_nothing(document: Document, queue: Queue) -> None:
    rows = {ask(document).pk for _ in range(5)}
    assert len(rows) == len(queue.tasks()) == 1


def test_two_workers_lay_one_document_out_once(document: Document) -> None:
    row = ask(document)
    before = stored()
    together = threading.Barrier(2)
    made: list[bool] = []

    def work() -> None:
        together.wait(60)
        try:
            made.append(exporting.make_export(export_id=row.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(made) == [False, True]
    row.refresh_from_db()
    assert (row.state, row.tries, row.due_at) == (ExportState.READY, 1, None)
    assert len(stored() - before) == 1
    assert row.size > 1000


def test_a_killed_workers_export_is_taken_over_after_its_lease(document: Document) -> None:
    row = ask(document)
    now = timezone.now()
    killed = duty.claim(exporting.EXPORTS, row.pk, now=now)
    assert killed
    assert not exporting.make_export(export_id=row.pk)
    assert duty.nudge_due(now=now + exporting.EXPORTS.lease / 2) == 0
    after = now + exporting.EXPORTS.lease + timedelta(seconds=1)
    assert duty.nudge_due(now=after) == 1
    other = duty.claim(exporting.EXPORTS, row.pk, now=after)
    assert other is not None
    assert other.tries == 2
    # The first was only frozen, and wakes up: nothing of what it made counts.
    for end in (duty.done, duty.later, duty.give_up):
        words = () if end is duty.done else ("too late",)
        with pytest.raises(duty.LostDuty):
            end(exporting.EXPORTS, killed, *words)
    duty.done(exporting.EXPORTS, other, state=ExportState.READY)
    assert Export.objects.get().state == ExportState.READY


def test_a_lease_is_renewed_for_as_long_as_the_worker_lives(document: Document) -> None:
    ask(document)
    short = duty.Kind(
        name="export", label="", model=Export, task="", lease=timedelta(seconds=0.6), is_renewed=True
    )  # fmt: skip
    renewed = threading.Event()

    def work(row: Export) -> Any:
        first = row.due_at
        deadline = timezone.now() + MINUTE
        while timezone.now() < deadline and not renewed.wait(0.05):
            seen = Export.objects.get().due_at
            if seen and first and seen > first:
                renewed.set()
        return lambda: duty.done(short, row, state=ExportState.READY)

    assert duty.attempt(short, Export.objects.get().pk, work)
    assert renewed.is_set()


def test_what_always_fails_is_given_up_with_its_traceback_and_staff_are_told(
    document: Document,
) -> None:
    Document.objects.filter(pk=document.pk).update(citation_style="no-such-style")
    row = ask(document)
    now, waits = timezone.now(), []
    while row.due_at:
        now = max(now, row.due_at)
        assert not duty.attempt(exporting.EXPORTS, row.pk, exporting._make, now=now)
        row.refresh_from_db()
        waits.append(row.due_at - now if row.due_at else None)
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), None]
    assert (row.state, row.tries, row.given_up_at) == (ExportState.FAILED, 3, now)
    assert row.error.startswith("ExportError: ")
    assert "documents/domain/exporting.py:" in row.traceback
    assert len(row.traceback) <= duty.TRACEBACK_LENGTH
    assert told() == ["export was given up after 3 tries"]
    assert not exporting.make_export(export_id=row.pk)
    assert not duty.due(exporting.EXPORTS, now=now + timedelta(days=9)).exists()


def test_staff_have_it_tried_again(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(citation_style="no-such-style")
    row = ask(document)
    assert not duty.try_again(exporting.EXPORTS, row.pk), "nothing is wrong with it yet"
    claimed = duty.claim(exporting.EXPORTS, row.pk)
    assert claimed
    assert not duty.try_again(exporting.EXPORTS, row.pk), "somebody has it in hand"
    duty.later(exporting.EXPORTS, claimed, ValueError("x"))
    assert duty.try_again(exporting.EXPORTS, row.pk)
    claimed = duty.claim(exporting.EXPORTS, row.pk)
    assert claimed
    duty.give_up(exporting.EXPORTS, claimed, "broken")
    assert duty.try_again(exporting.EXPORTS, row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries, row.given_up_at) == (ExportState.PENDING, 0, None)
    assert exporting.EXPORTS.label
    assert list(duty.due(exporting.EXPORTS, now=timezone.now())) == [row]


def test_workers_that_all_die_of_a_row_do_not_get_it_for_ever(document: Document) -> None:
    row = ask(document)
    now = timezone.now()
    for _ in range(3):
        assert duty.claim(exporting.EXPORTS, row.pk, now=now)
        now += exporting.EXPORTS.lease + timedelta(seconds=1)
    assert duty.claim(exporting.EXPORTS, row.pk, now=now) is None
    row.refresh_from_db()
    assert (row.state, row.error) == (ExportState.FAILED, "No try came to an end.")


def test_an_outage_delays_and_never_gives_up(document: Document) -> None:
    row = ask(document)
    now = timezone.now()
    for _ in range(9):
        claimed = duty.claim(exporting.EXPORTS, row.pk, now=now)
        assert claimed
        duty.later(exporting.EXPORTS, claimed, OSError(), now=now, is_outage=True)
        assert claimed.due_at
        now = claimed.due_at
    assert Export.objects.get().given_up_at is None


def test_no_word_of_a_foreign_error_is_kept(document: Document) -> None:
    row = ask(document)
    claimed = duty.claim(exporting.EXPORTS, row.pk)
    assert claimed
    try:
        raise ValueError("my secret thesis about ada@university.example")
    except ValueError as error:
        duty.later(exporting.EXPORTS, claimed, error)
    row.refresh_from_db()
    assert row.error == "ValueError"
    assert "thesis" not in row.traceback
    assert "test_exports.py" in row.traceback


def test_an_end_that_is_rolled_back_is_put_off_with_its_words(document: Document) -> None:
    row = ask(document)

    def work(row: Export) -> Any:
        def finish() -> None:
            with transaction.atomic():
                duty.done(exporting.EXPORTS, row, state=ExportState.READY)
                raise duty.Failed("no room")

        return finish

    now = timezone.now()
    assert not duty.attempt(exporting.EXPORTS, row.pk, work, now=now)
    row.refresh_from_db()
    assert (row.state, row.error, row.due_at) == (ExportState.PENDING, "no room", now + timedelta(seconds=30))


def test_what_was_asked_of_an_older_text_is_made_of_the_present_one(document: Document) -> None:
    old = ask(document)
    document.sections.filter(title="Nights").update(text="The night was long.")
    before = stored()
    assert exporting.make_export(export_id=old.pk)
    assert stored() == before
    new = Export.objects.get()
    assert new.pk != old.pk
    assert exporting.make_export(export_id=new.pk)
    new.refresh_from_db()
    assert new.state == ExportState.READY


def test_a_step_that_delivers_is_not_disturbed_by_beat(document: Document) -> None:
    row, _manuscript = exporting.prepare(
        document_id=document.pk, format=ExportFormat.PDF, with_ai_statement=False
    )  # fmt: skip
    assert (row.state, row.due_at) == (ExportState.PENDING, None)
    assert duty.nudge_due(now=timezone.now() + timedelta(days=1)) == 0


def test_a_file_made_for_a_row_that_is_ready_or_gone_is_not_stored(document: Document, tmp_path: Path) -> None:
    row, _manuscript = exporting.prepare(document_id=document.pk, format=ExportFormat.MARKDOWN, with_ai_statement=False)
    path = tmp_path / "document.md"
    path.write_bytes(b"# The first")
    rendered = exporting.Rendered(path=path, size=path.stat().st_size)
    exporting.finish(export_id=row.pk, rendered=rendered)
    ready, there = Export.objects.get(), stored()
    assert (ready.state, ready.size) == (ExportState.READY, path.stat().st_size)
    exporting.finish(export_id=row.pk, rendered=exporting.Rendered(path=path, size=1))
    assert (Export.objects.get().stored_as, Export.objects.get().size) == (ready.stored_as, ready.size)
    row.delete()
    exporting.finish(export_id=ready.pk, rendered=rendered)
    assert not Export.objects.exists()
    assert stored() == there


def test_a_style_chosen_while_another_is_rendered_is_rendered_next(document: Document) -> None:
    restyling.request(document_id=document.pk, citation_style="ieee", by=document.owner)
    row = Rendering.objects.get()
    held = duty.claim(restyling.RENDERINGS, row.pk)
    assert held
    finish = restyling._render(held)
    restyling.request(document_id=document.pk, citation_style="apa", by=document.owner)
    assert duty.claim(restyling.RENDERINGS, row.pk) is None, "two would render one document at once"
    finish()
    document.refresh_from_db()
    assert document.rendered_style == "ieee"
    assert restyling.render(rendering_id=row.pk)
    document.refresh_from_db()
    row.refresh_from_db()
    assert (document.rendered_style, row.due_at) == ("apa", None)


def test_a_document_that_is_not_finished_keeps_its_style(document: Document, queue: Queue) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    restyling.request(document_id=document.pk, citation_style="ieee", by=document.owner)
    document.refresh_from_db()
    assert document.citation_style == "apa"
    assert not Rendering.objects.exists()
    assert not Export.objects.exists()
    assert queue.tasks() == []


def test_a_rendering_whose_lease_was_lost_writes_nothing(document: Document) -> None:
    restyling.request(document_id=document.pk, citation_style="ieee", by=document.owner)
    now = timezone.now()
    frozen = duty.claim(restyling.RENDERINGS, Rendering.objects.get().pk, now=now)
    assert frozen
    finish = restyling._render(frozen)
    assert duty.claim(restyling.RENDERINGS, frozen.pk, now=now + 2 * MINUTE)
    with pytest.raises(duty.LostDuty):
        finish()
    document.refresh_from_db()
    assert document.rendered_style == "apa"


def test_the_database_keeps_what_was_given_up_from_being_due(document: Document) -> None:
    ask(document)
    with pytest.raises(IntegrityError, match="export_given_up_is_over"), transaction.atomic():
        Export.objects.update(given_up_at=timezone.now())


def test_a_file_of_a_text_that_has_changed_meanwhile_is_made_again(document: Document) -> None:
    """Else its manifest would speak of sentences that are not in it."""
    row = ask(document)
    held = duty.claim(exporting.EXPORTS, row.pk)
    assert held
    finish = exporting._make(held)
    before = stored()
    document.sections.update(text="Other words.")
    finish()
    [again] = Export.objects.all()
    assert (again.pk != row.pk, again.state, again.format) == (True, ExportState.PENDING, row.format)
    assert again.due_at is not None
    assert len(stored()) == len(before) - 1
    assert exporting.make_export(export_id=again.pk)


def test_a_file_that_came_along_is_not_kept_for_a_text_that_has_changed(document: Document, tmp_path: Path) -> None:
    row, _work = exporting.prepare(document_id=document.pk, format=ExportFormat.MARKDOWN, with_ai_statement=False)
    path = tmp_path / "a.md"
    path.write_text("Words.")
    before = stored()
    document.sections.update(text="Other words.")
    exporting.finish(export_id=row.pk, rendered=exporting.Rendered(path=path, size=6))
    row.refresh_from_db()
    assert row.state == ExportState.PENDING
    assert stored() == before
