"""WAL on its way out: each complete segment is sealed on the disk of the spool, then sent to every destination (R-122).

What is done is written down by files alone, each made under another name first, so that a kill at any moment loses and
doubles nothing: a plain segment goes once its sealed copy is on the disk, that one once every destination has it.
Knows no database: WAL leaves also while PostgreSQL is away.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from tesigo.platform.backup import gpg, paths, receiving, wal
from tesigo.platform.backup.destinations.base import Destination
from tesigo.platform.backup.destinations.configured import connect
from tesigo.platform.backup.encryption import BLOCK_BYTES, blocks, seal
from tesigo.platform.backup.errors import AlreadyRunning, BackupError, Damaged, DestinationError, FormatWrong
from tesigo.platform.backup.gpg import Recipients
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.wal import Note
from tesigo.platform.processes import file_lock

_NOTE: Final = ".json"
_SENT: Final = ".sent."
_DRAFT: Final = ".draft"


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a shipment needs: where WAL arrives, to whom it is encrypted, who signs, where it goes."""

    spool: Path
    recipients_file: Path
    signing_key: str
    #: Believed when a note at a destination is read.
    public_keys: Sequence[str]
    places: Sequence[Place]
    #: Where it is reached; tests put another in its place.
    connect: Callable[[Place], Destination] = connect


@dataclass
class Shipped:
    """What one shipment did, and what it found."""

    sealed: list[str] = field(default_factory=list)
    #: By destination.
    sent: dict[str, list[str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    #: Destinations that did not take all, and why.
    failed: dict[str, str] = field(default_factory=dict)
    #: First and last of segments that never came.
    gaps: list[tuple[str, str]] = field(default_factory=list)
    #: Files that are no WAL, or not what their names say, and why.
    damaged: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Waiting:
    """What lies in the spool: how many segments wait to be sealed or sent, since when the oldest, and its bytes."""

    segments: int
    oldest_at: datetime | None
    bytes: int


def ship(line: Line) -> Shipped:
    """Seals and sends what has arrived. A destination that fails keeps the others from nothing.

    Raises `AlreadyRunning` while another shipment is under way, `BackupError` where nothing can be sealed.
    """
    with file_lock(_folder(line.spool) / "ship.lock", wait=False) as is_ours:
        if not is_ours:
            raise AlreadyRunning("WAL is being shipped already.")
        done = Shipped()
        _sweep(line.spool)
        _seal_arrived(line, done)
        for place in line.places:
            try:
                _send(line, place, done)
            except DestinationError as error:
                done.failed[place.name] = str(error)
        _remove_sent(line, done)
        return done


def waiting(spool: Path) -> Waiting:
    """What waits in the spool now; the segment that is still being filled counts only with its bytes."""
    arrived = _arrived(spool)
    sealed = [path for path in _files(_sealed(spool)) if _is_complete(path.name)]
    found = {path.name: _moment(path) for path in (*arrived, *sealed)}
    for path in sealed:
        with suppress(OSError, FormatWrong):
            found[path.name] = _note_of(path).completed_at
    size = sum(_size(path) for path in _files(_folder(spool), deep=True))
    return Waiting(len(found), min(found.values(), default=None), size)


def last_shipped(spool: Path) -> datetime | None:
    """When the newest segment that every destination has was complete; None: none has left yet."""
    known = _state(spool).get("last_completed_at")
    return datetime.fromisoformat(known) if known else None


def has_received(spool: Path) -> bool:
    """Whether any WAL has ever come to this spool."""
    return "last_sealed" in _state(spool) or any(True for _ in _files(receiving.received(spool)))


def has_arrived(spool: Path, name: str) -> bool:
    """Whether this segment came to the spool, and be it that it has left already."""
    folders = (receiving.received(spool), _aside(spool), _sealed(spool))
    return any((folder / name).exists() for folder in folders) or str(_state(spool).get("last_sealed", "")) >= name


def begin_anew(spool: Path) -> None:
    """After the slot was lost: what was being filled never becomes complete, and what comes next follows on nothing.

    Complete segments are sent. They are put aside: pg_receivewal asks for what follows on the newest that it finds.
    """
    _aside(spool).mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in _files(receiving.received(spool)):
        if path.name.endswith(receiving.PARTIAL):
            path.unlink(missing_ok=True)
        elif _is_complete(path.name):
            path.replace(_aside(spool) / path.name)


def note_hole(spool: Path, *, now: datetime) -> None:
    """Writes down that WAL is missing for good: only a full backup that begins after ``now`` mends it."""
    _remember(spool, hole_at=now.isoformat())


def hole(spool: Path) -> datetime | None:
    """Since when WAL is known to be missing; None: it is not."""
    known = _state(spool).get("hole_at")
    return datetime.fromisoformat(known) if known else None


def forget_hole(spool: Path) -> None:
    """A full backup has come to its end since."""
    _remember(spool, hole_at=None)


# --- sealing -----------------------------------------------------------------------------------------------------


def _seal_arrived(line: Line, done: Shipped) -> None:
    arrived = _arrived(line.spool)
    if not arrived:
        return
    _sealed(line.spool).mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        to: Recipients | None = None
        for path in sorted(arrived, key=_order):
            target = _sealed(line.spool) / path.name
            if not target.exists():
                if to is None:
                    to = stack.enter_context(gpg.recipients(line.recipients_file))
                try:
                    _seal(line, path, to, done)
                except Damaged as error:
                    done.damaged[path.name] = str(error)
                    continue
                done.sealed.append(path.name)
            if wal.is_segment(path.name):
                _note_last(line.spool, _note_of(target))
            path.unlink()


def _seal(line: Line, path: Path, to: Recipients, done: Shipped) -> None:
    system_id = _look_at(line.spool, path, done)
    target = _sealed(line.spool) / path.name
    digest, size = sha256(), 0
    completed_at = _moment(path)
    with _draft(target) as file:

        def take(block: bytes) -> None:
            nonlocal size
            file.write(block)
            digest.update(block)
            size += len(block)

        with path.open("rb") as source:
            plain = seal(blocks(source, BLOCK_BYTES), to=to, take=take)
        note = Note(
            name=path.name,
            system_id=system_id,
            completed_at=completed_at,
            plain_bytes=plain.bytes,
            plain_sha256=plain.sha256,
            sent_bytes=size,
            sent_sha256=digest.hexdigest(),
        )
        # Beside it first: what bears a segment's name is complete, its note included.
        with _draft(_beside(target, _NOTE)) as beside:
            beside.write(note.to_json(key=line.signing_key))


def _look_at(spool: Path, path: Path, done: Shipped) -> str:
    """The system that the file belongs to; notes what is missing before it."""
    state = _state(spool)
    if wal.is_history(path.name):
        if "system_id" not in state:
            raise Damaged(f"{path.name} came before any segment.")
        return str(state["system_id"])
    header = wal.read_header(path)
    before, size = str(state.get("last_sealed", "")), header.segment_bytes
    is_same = bool(before) and (state.get("system_id"), state.get("segment_bytes")) == (header.system_id, size)
    if is_same and wal.number_of(path.name, size) > wal.number_of(before, size):
        done.gaps += wal.missing([before, path.name], segment_bytes=size)
    return header.system_id


def _note_last(spool: Path, note: Note) -> None:
    """Writes down the newest segment. One that is received again after a kill is not the newest; one after a restore
    is, on a timeline of its own, though its number is lower."""
    state = _state(spool)
    before = str(state.get("last_sealed", ""))
    if state.get("system_id") != note.system_id or note.name > before:
        _remember(spool, last_sealed=note.name, system_id=note.system_id, segment_bytes=note.plain_bytes)


# --- sending -----------------------------------------------------------------------------------------------------


def _send(line: Line, place: Place, done: Shipped) -> None:
    files = [path for path in _files(_sealed(line.spool)) if _is_complete(path.name)]
    unsent = [path for path in files if not _beside(path, _SENT + place.name).exists()]
    if not unsent:
        return
    with line.connect(place) as destination:
        for path in sorted(unsent, key=_order):
            note = _note_of(path)
            at = paths.wal_segment(note.system_id, path.name)
            if _is_to_send(destination, at, note, line.public_keys):
                destination.put(at, path, sha256=note.sent_sha256)
                # The note last: a segment without it has not arrived.
                content = _beside(path, _NOTE).read_bytes()
                destination.put(at + _NOTE, content, sha256=sha256(content).hexdigest())
                done.sent.setdefault(place.name, []).append(path.name)
            _beside(path, _SENT + place.name).touch()


def _is_to_send(destination: Destination, at: str, note: Note, keys: Sequence[str]) -> bool:
    """Whether it is still to be sent: false where the same content lies there already.

    A receiver that was killed may get a segment twice, and each time other bytes come of its encryption.
    """
    if not destination.exists(at + _NOTE):
        return True
    try:
        there = Note.from_json(destination.read(at + _NOTE), keys=keys, where=at + _NOTE)
    except DestinationError:
        raise
    except BackupError:
        return True
    if there.plain_sha256 == note.plain_sha256:
        return False
    # Two servers with one history, or one that was set back: what lies there is never written over.
    raise DestinationError(destination.name, f"{at} is there with other content.")


def _remove_sent(line: Line, done: Shipped) -> None:
    for path in sorted((path for path in _files(_sealed(line.spool)) if _is_complete(path.name)), key=_order):
        if not line.places or not all(_beside(path, _SENT + place.name).exists() for place in line.places):
            continue
        if wal.is_segment(path.name):
            _remember(line.spool, last_completed_at=_note_of(path).completed_at.isoformat())
        # The segment first: what is left beside it is swept.
        path.unlink()
        done.removed.append(path.name)
    _sweep(line.spool)


# --- files -------------------------------------------------------------------------------------------------------


def _folder(spool: Path) -> Path:
    return spool / "wal"


def _aside(spool: Path) -> Path:
    return _folder(spool) / "aside"


def _arrived(spool: Path) -> list[Path]:
    folders = (_aside(spool), receiving.received(spool))
    return [path for folder in folders for path in _files(folder) if _is_complete(path.name)]


def _sealed(spool: Path) -> Path:
    return _folder(spool) / "sealed"


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _is_complete(name: str) -> bool:
    return wal.is_segment(name) or wal.is_history(name)


def _order(path: Path) -> tuple[str, str]:
    """By place, then timeline; the history of a timeline before its segments."""
    return (path.name[8:24] if wal.is_segment(path.name) else "", path.name)


def _note_of(path: Path) -> Note:
    beside = _beside(path, _NOTE)
    return Note.unchecked(beside.read_bytes(), where=beside.name)


def _sweep(spool: Path) -> None:
    """Removes drafts of a shipment that was killed, and what lies beside segments that have left."""
    for path in _files(_sealed(spool)):
        segment = path.with_name(path.name.partition(".history")[0].partition(".")[0])
        history = path.with_name(path.name.partition(".")[0] + ".history")
        is_left_over = not _is_complete(path.name) and not segment.exists() and not history.exists()
        if path.name.endswith(_DRAFT) or is_left_over:
            path.unlink(missing_ok=True)


def _files(folder: Path, *, deep: bool = False) -> Iterator[Path]:
    try:
        found = sorted(folder.rglob("*") if deep else folder.iterdir())
    except FileNotFoundError:
        return
    yield from (path for path in found if path.is_file())


def _moment(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # it left in this moment
        return datetime.now(UTC)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _draft(path: Path) -> Iterator[IO[bytes]]:
    """A file that bears its name once all of it is on the disk."""
    draft = _beside(path, _DRAFT)
    with draft.open("wb") as file:
        draft.chmod(0o600)
        yield file
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _state(spool: Path) -> dict[str, Any]:
    try:
        known = json.loads((_folder(spool) / "state.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(spool: Path, **facts: object) -> None:
    _folder(spool).mkdir(parents=True, exist_ok=True, mode=0o700)
    with _draft(_folder(spool) / "state.json") as file:
        file.write(json.dumps(_state(spool) | facts, sort_keys=True, indent=1).encode() + b"\n")
