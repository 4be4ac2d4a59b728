"""The writing model that a document's owner chose, if any (R-24)."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents.errors import NotEditable
from documents.models import Document
from generation.ai import chains
from generation.ai.chains import Link
from generation.enums import Purpose
from generation.errors import ModelNotOffered
from generation.models import AIModel, WriterChoice
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User


def offered() -> list[AIModel]:
    """The models that may write, in the order in which they are asked without a choice."""
    return [link.model for link in chains.chains().get(Purpose.WRITING, [])]


def named(name: str) -> AIModel:
    """The offered model of this name. Raises ModelNotOffered, which names those that are."""
    found = offered()
    for model in found:
        if model.name == name:
            return model
    names = ", ".join(dict.fromkeys(model.name for model in found))
    raise ModelNotOffered(_("This model is not offered. These are: %(names)s.") % {"names": names})


def choose(
    *,
    document_id: UUID,
    model: AIModel | None,
    by: "User",
    now: datetime,
    expects: Callable[[Document], None] | None = None,
) -> None:
    """Has the model write the document, or the usual ones. Raises NotEditable once the document is paid for.

    ``expects`` looks at the locked document first and raises where its choice is not as the caller knew it.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if expects:
            expects(document)
        if not document.is_editable:
            raise NotEditable(document.state)
        if model is None:
            WriterChoice.objects.filter(document=document).delete()
        else:
            WriterChoice.objects.update_or_create(document=document, defaults={"model": model, "chosen_at": now})
        audit.record(
            action="document.writer_chosen", subject=document, by=by, details={"model": model.pk if model else None}
        )


def chosen(document_id: UUID) -> int | None:
    """The id of the chosen model; None for the usual ones."""
    return WriterChoice.objects.filter(document_id=document_id).values_list("model_id", flat=True).first()


def writer_of(document_id: UUID) -> AIModel | None:
    """The model that will be asked first: the chosen one while it is offered, else the first of the chain."""
    links = chosen_first(chains.chains().get(Purpose.WRITING, []), chosen(document_id))
    return links[0].model if links else None


def chosen_first(links: list[Link], model_id: int | None) -> list[Link]:
    """The chain with the chosen model at its head; as it is where that is no part of it (any more)."""
    return sorted(links, key=lambda link: link.model.pk != model_id) if model_id is not None else links
