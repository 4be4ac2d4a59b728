"""The model that a document's owner chose is the one that writes it (R-24)."""

import pytest
from django.utils import timezone

from documents.domain import outline
from documents.enums import DocumentState
from documents.models import Document
from generation.ai import chains
from generation.models import Attempt
from sandbox.client import Control
from tests.documents.factories import DocumentFactory
from tests.generation.making import drain, source_with_passages

pytestmark = pytest.mark.usefixtures("committed")


def test_the_chosen_model_is_asked_first_for_the_texts_alone(control: Control) -> None:
    document: Document = DocumentFactory.create()
    source_with_passages(document)
    usual, chosen = chains.offered_writers()[0], chains.offered_writers()[-1]
    assert chosen != usual
    chains.choose_writer(document_id=document.pk, model=chosen, by=document.owner, now=timezone.now())
    outline.request(document_id=document.pk, by=document.owner)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.OUTLINED
    texts = Attempt.objects.filter(purpose="outline").values_list("model_name", flat=True)
    assert set(texts) == {chosen.name}


def test_a_choice_that_cannot_be_asked_gives_way_to_the_chain(control: Control) -> None:
    document: Document = DocumentFactory.create()
    usual, chosen = chains.offered_writers()[0], chains.offered_writers()[-1]
    chains.choose_writer(document_id=document.pk, model=chosen, by=document.owner, now=timezone.now())
    type(chosen).objects.filter(pk=chosen.pk).update(enabled=False)
    outline.request(document_id=document.pk, by=document.owner)
    drain()
    texts = Attempt.objects.filter(purpose="outline").values_list("model_name", flat=True)
    assert set(texts) == {usual.name}
