"""Work on documents in the background: each task is one domain call."""

from uuid import UUID

from asgiref.sync import async_to_sync
from celery import shared_task
from django.utils import timezone

from documents.domain import (
    arrivals,
    completing,
    exporting,
    extraction,
    full_texts,
    proofs,
    restyling,
    retractions,
    uploads,
)
from documents.domain.comments import telling
from tesigo.platform import duty, removals


@shared_task(name="documents.tasks.extract_upload")
def extract_upload(upload_id: str) -> None:
    """Reads one file into the database."""
    extraction.extract(upload_id=UUID(upload_id))


@shared_task(name="documents.tasks.continue_uploads")
def continue_uploads() -> None:
    """What a site of before files were duties has asked for."""
    uploads.take_over(now=timezone.now())
    duty.nudge_due()


@shared_task(name="documents.tasks.tidy_arrivals")
def tidy_arrivals() -> None:
    """Deletes what is left on the disk of files that are not waited for any more."""
    arrivals.tidy(now=timezone.now())


@shared_task(name="documents.tasks.tell_of_comments")
def tell_of_comments() -> None:
    """Writes to owners of comments that came while they were not to be written to again."""
    telling.tell_all(now=timezone.now())


@shared_task(name="documents.tasks.check_sources")
def check_sources(document_id: str) -> None:
    """Asks the registers whether works of the document stand, which is asked again before it is written, and fills in
    what files and lists leave open.
    """
    heard = async_to_sync(retractions.check)(document_id=UUID(document_id))
    completing.fill(document_id=UUID(document_id), heard=heard)


@shared_task(name="documents.tasks.read_full_text")
def read_full_text(full_text_id: str) -> None:
    """Fetches a free copy of a work and reads it in full; why it failed stands in its row."""
    full_texts.read(full_text_id=int(full_text_id))


@shared_task(name="documents.tasks.renew")
def renew(document_id: str) -> None:
    """Makes everything of a finished document anew that a work taken back since has changed (R-98)."""
    restyling.renew(document_id=UUID(document_id))


@shared_task(name="documents.tasks.make_export")
def make_export(export_id: str) -> None:
    """Makes one file to take away; why it failed stands in its row."""
    exporting.make_export(export_id=UUID(export_id))


@shared_task(name="documents.tasks.check_file")
def check_file(export_id: str) -> None:
    """Has a file that can be taken away checked by tesigo-verify; what it found stands in its row."""
    proofs.check(export_id=UUID(export_id))


@shared_task(name="documents.tasks.render")
def render(rendering_id: str) -> None:
    """Renders a document for the screen in the citation style that it has; why it failed stands in its row."""
    restyling.render(rendering_id=int(rendering_id))


@shared_task(name="documents.tasks.remove_stored")
def remove_stored(removal_id: str) -> None:
    """The same as `tesigo.tasks.remove_stored`, asked for by a site of before it moved there."""
    removals.remove(removal_id=int(removal_id))


@shared_task(name="documents.tasks.remove_file")
def remove_file(stored_as: str) -> None:
    """What a site of before deletions were duties has sent on its way."""
    removals.discard(stored_as)
