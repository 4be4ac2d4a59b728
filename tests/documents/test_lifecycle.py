from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from documents.domain import lifecycle
from documents.enums import DocumentState
from documents.errors import IllegalMove
from documents.models import Document
from tests.documents.factories import DocumentFactory


@pytest.mark.django_db
def test_every_move_outside_the_table_is_refused() -> None:
    for start in DocumentState:
        for end in DocumentState:
            document = DocumentFactory.create(state=start)
            if end == start:
                assert not lifecycle.move(document_id=document.pk, to=end, cause="test")
            elif end in lifecycle.MOVES[start]:
                assert lifecycle.move(document_id=document.pk, to=end, cause="test")
                assert document.events.get().to_state == end
            else:
                with pytest.raises(IllegalMove):
                    lifecycle.move(document_id=document.pk, to=end, cause="test")
                assert not document.events.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_move_at_once_one_does_it_and_one_event_stays() -> None:
    document = DocumentFactory.create(state=DocumentState.OUTLINED)
    together = Barrier(8)

    def move() -> bool:
        together.wait()
        try:
            return lifecycle.move(document_id=document.pk, to=DocumentState.QUEUED, cause="race")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        moved = [task.result() for task in [threads.submit(move) for _ in range(8)]]
    assert moved.count(True) == 1
    assert document.events.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "constraint"),
    [
        ("pages", 0, "document_pages_1_to_200"),
        ("pages", 201, "document_pages_1_to_200"),
        ("progress", 101, "document_progress_is_percentage"),
        ("state", "lost", "document_state_known"),
        ("topic", "", "document_topic_not_empty"),
    ],
)
def test_the_database_refuses_what_no_document_can_be(field: str, value: object, constraint: str) -> None:
    document = DocumentFactory.create()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**{field: value})
