"""Two sources of one work made one, and taken apart again (R-97).

Nothing is lost: the source that is joined to the other keeps its row, its passages and what the other one was before,
for as long as the document is there.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from documents.domain.choosing import locked
from documents.domain.comparing import as_work
from documents.domain.sources import describe
from documents.enums import SourceOrigin, SourceUse
from documents.errors import NotJoinable
from documents.models import Source
from documents.sources import provenance
from documents.sources.merging import Likeness, likeness
from documents.sources.same_titles import beginning
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User

#: What of a source changes by joining, beside its reference.
_STATE: Final = ("use", "origin", "retracted_by", "notices", "is_peer_reviewed", "is_open_access")
_CHANGED: Final = (*_STATE, "retracted_at", "csl", "origins", "title", "doi", "url", "looked_up_at", "version")
#: With how many that begin alike a source is compared: a list may hold thousands of one name.
_MOST_BEFORE: Final = 20


def find_alike(*, document_id: UUID, ids: Collection[int] | None = None) -> int:
    """Looks whether sources (all of the document, or these) are works that are here already; returns how many are.

    Where that is certain they are joined, unless one of them is banned; else the newer one says which it looks like.
    To be called in a transaction, with the document's row locked.
    """
    rows = (
        Source.objects.filter(document_id=document_id, joined_to=None, thrown_away_at=None)
        .exclude(csl={})
        .order_by("pk")
    )
    groups: dict[str, list[int]] = {}
    for pk, doi, title in rows.values_list("pk", "doi", "title"):
        for name in {f"doi:{doi}" if doi else "", beginning(title)} - {""}:
            groups.setdefault(name, []).append(pk)
    pairs = {
        (older, newer)
        for group in groups.values()
        for place, newer in enumerate(group)
        for older in group[max(0, place - _MOST_BEFORE) : place]
        if ids is None or newer in ids or older in ids
    }
    if not pairs:
        return 0
    wanted = {pk for pair in pairs for pk in pair}
    there = {source.pk: source for source in _held().filter(pk__in=wanted)}
    # A file may have been deleted since, and its source with it.
    held = [pair for pair in sorted(pairs) if there.keys() >= set(pair)]
    return sum(_settle(there[older], there[newer]) for older, newer in held)


def _held() -> QuerySet[Source]:
    """Registers may say at any time that one of them was taken back: their word is not written over."""
    return Source.objects.select_for_update(of=("self",), no_key=True).order_by("pk")


def _settle(older: Source, newer: Source) -> bool:
    if older.joined_to_id or newer.joined_to_id or _are_apart(older, newer):
        return False
    alike = likeness(as_work(older), as_work(newer))
    if alike == Likeness.NONE:
        return False
    if alike == Likeness.CERTAIN and SourceUse.BANNED not in {older.use, newer.use}:
        _join(older, newer, by=None)
    else:
        return _tell_alike(older, newer)
    return True


def _tell_alike(older: Source, newer: Source) -> bool:
    """Says of the newer one that it looks like the older one; of the older one, where the newer one remembers already
    that it is another work than a third one.
    """
    for one, other in ((newer, older), (older, newer)):
        if not one.is_apart or one.alike_id is None:
            one.alike, one.is_apart = other, False
            one.save(update_fields=["alike", "is_apart"])
            return True
    return False


def _are_apart(one: Source, other: Source) -> bool:
    return any(a.is_apart and a.alike_id == b.pk for a, b in ((one, other), (other, one)))


def join(*, source: Source, other_id: int, by: "User") -> Source:
    """Makes one of two sources of a document and returns the one that stands for both: the one with more text.

    Of each field the surer value is kept, of equals the fuller. Where one of them is banned, the work is.
    Raises NotEditable, and NotJoinable in plain words.
    """
    with transaction.atomic():
        locked(source.document_id)
        here = _held().filter(document_id=source.document_id, thrown_away_at=None)
        both = list(here.filter(pk__in=[source.pk, other_id]).exclude(csl={}))
        if len(both) != 2:
            raise NotJoinable(_("Choose another source of this document."))
        if any(one.joined_to_id for one in both):
            raise NotJoinable(_("One of the two is already joined to another. Take it apart first."))
        if {one.use for one in both} == {SourceUse.BANNED, SourceUse.MUST}:
            raise NotJoinable(_("One of the two has to be cited and the other must not be. Decide first."))
        kept = _join(both[0], both[1], by=by)
        find_alike(document_id=source.document_id, ids=[kept.pk])
    return kept


def _join(one: Source, other: Source, *, by: "User | None") -> Source:
    texts = dict(
        Source.objects.filter(pk__in=[one.pk, other.pk]).annotate(texts=Count("passages")).values_list("pk", "texts")
    )
    kept, joined = sorted((one, other), key=lambda source: (-texts[source.pk], source.pk))
    before = _snapshot(kept)
    origins, others = (provenance.whole(it.csl, origins=it.origins, origin=it.origin) for it in (kept, joined))
    csl, kept.origins = provenance.united(kept.csl, origins, joined.csl, others)
    _write_reference(kept, csl)
    if joined.use != SourceUse.MAY:
        kept.use = joined.use
    if kept.origin == SourceOrigin.SEARCH:
        kept.origin = joined.origin  # what its owner brought as well is one of their own
    if kept.retracted_at is None:
        kept.retracted_at, kept.retracted_by = joined.retracted_at, joined.retracted_by
    kept.notices = [list(one) for one in sorted({tuple(one) for one in [*kept.notices, *joined.notices]})]
    for name in ("is_peer_reviewed", "is_open_access"):
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(joined, name))
    kept.version = F("version") + 1
    kept.save(update_fields=_CHANGED)
    kept.refresh_from_db()
    joined.joined_to, joined.alike, joined.is_apart = kept, None, False
    joined.join_undo = {"before": before, "after": _snapshot(kept)}
    joined.save(update_fields=["joined_to", "alike", "is_apart", "join_undo"])
    Source.objects.filter(pk=kept.pk, alike=joined).update(alike=None)
    audit.record(action="source.joined", subject=joined, by=by, details={"to": kept.pk})
    return kept


def part(*, source: Source, by: "User") -> None:
    """Takes a joined source out again: the other one is as it was, but for what was corrected since.

    Raises NotEditable, and NotJoinable where it is joined to none, or to one that was thrown away.
    """
    with transaction.atomic():
        locked(source.document_id)
        joined = _held().get(pk=source.pk)
        undo = joined.join_undo
        if joined.joined_to_id is None or undo is None:
            raise NotJoinable(_("This source is not joined to another."))
        kept = _held().get(pk=joined.joined_to_id)
        if kept.thrown_away_at is not None:
            raise NotJoinable(_("Choose another source of this document."))
        _restore(kept, undo["before"], undo["after"])
        joined.joined_to, joined.join_undo, joined.alike, joined.is_apart = None, None, kept, True
        joined.save(update_fields=["joined_to", "join_undo", "alike", "is_apart"])
        audit.record(action="source.parted", subject=joined, by=by, details={"from": kept.pk})


def keep_apart(*, source: Source, by: "User") -> None:
    """Says that a source is another work than the one it looks like; it is not offered again. Raises NotEditable."""
    with transaction.atomic():
        locked(source.document_id)
        if Source.objects.filter(pk=source.pk, is_apart=False).exclude(alike=None).update(is_apart=True):
            audit.record(action="source.kept_apart", subject=source, by=by)


def look(*, document_id: UUID, by: "User") -> int:
    """Looks through all sources of a document for works that are here twice; returns how many. Raises NotEditable."""
    with transaction.atomic():
        document = locked(document_id)
        found = find_alike(document_id=document_id)
        audit.record(action="sources.compared", subject=document, by=by, details={"alike": found})
    return found


def _snapshot(source: Source) -> dict[str, Any]:
    retracted = source.retracted_at.isoformat() if source.retracted_at else None
    values = {name: getattr(source, name) for name in _STATE}
    return {"csl": source.csl, "origins": source.origins, "retracted_at": retracted, **values}


def _restore(kept: Source, before: dict[str, Any], after: dict[str, Any]) -> None:
    """What is still as joining left it becomes what it was before."""
    now = _snapshot(kept)
    csl = _restored(now["csl"], before["csl"], after["csl"])
    kept.origins = _restored(now["origins"], before["origins"], after["origins"])
    _write_reference(kept, csl)
    unchanged = [name for name in (*_STATE, "retracted_at") if name in after and now[name] == after[name]]
    for name in unchanged:
        setattr(kept, name, before[name])
    if "retracted_at" in unchanged:
        kept.retracted_at = parse_datetime(before["retracted_at"]) if before["retracted_at"] else None
    kept.version = F("version") + 1
    kept.save(update_fields=_CHANGED)


def _restored(now: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    changed = {name: value for name, value in now.items() if value != after.get(name)}
    return {**{name: value for name, value in before.items() if name in now or name not in after}, **changed}


def _write_reference(source: Source, csl: dict[str, Any]) -> None:
    """Another DOI has to be looked up again (R-98)."""
    doi = source.doi
    describe(source, csl)
    if source.doi != doi:
        source.looked_up_at = None
