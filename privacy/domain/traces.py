"""A look whether anything was left of a person: addresses and names, wherever the site keeps something (R-72).

It reads the tables as they are, not as models say; every stored file; sessions, which are kept packed; and Redis.
Nothing of what was found is returned, only where it stands; and what could not be looked into, which may hold some.
"""

import html
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from psycopg import sql
from redis.exceptions import RedisError

from privacy import registry
from privacy.errors import NotReadable
from tesigo.platform import shared_redis
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.in_pages import in_pages

#: Letters of a single word from which on it is taken for a name that nothing else is called by.
_UNUSUAL_LETTERS: Final = 10
_CHUNK_BYTES: Final = 1024 * 1024
#: Bytes of an archive's part that are unpacked: our own files are far smaller.
_PART_BYTES: Final = 64 * 1024 * 1024
#: How an archive begins, also one that is cut off.
_ARCHIVE: Final = b"PK\x03\x04"
#: What Python raises for archives and parts of them that are damaged, locked or packed in a way it does not know.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    ValueError,
)
_KINDS: Final = ("text", "character varying", "character", "json", "jsonb", "bytea", "ARRAY", "tsvector", "name")
#: Words wherever they stand alone: a name is no part of another word.
_NOT_A_LETTER: Final = r"(?<![^\W_])"


@dataclass(frozen=True)
class Trace:
    """A place where one of the words still stands, and how often; ``rows`` is 0 where nobody could look."""

    place: str
    rows: int

    def __str__(self) -> str:
        return f"{self.place}: {self.rows}" if self.rows else self.place

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"place": self.place, "rows": self.rows}


def scan(words: Iterable[str], *, files: bool = True) -> list[Trace]:
    """Every place where an address stands, or a name as whole words. May take minutes, and holds no transaction.

    Names of one short word are left out: they are words of every text. So are the names of erased people.
    """
    looked_for = _Looked(list(words))
    if not looked_for.pattern:
        return []
    found = [*_tables(looked_for), *_sessions(looked_for), *_redis(looked_for)]
    return [*found, *_files(looked_for)] if files else found


def is_telling(word: str) -> bool:
    """Whether a word tells who is meant: an address, a name of several words, or a long one."""
    return "@" in word or len(word.split()) > 1 or len(word) >= _UNUSUAL_LETTERS


class _Looked:
    """What is looked for: as a regular expression of Python's and one of PostgreSQL's, letter case aside."""

    def __init__(self, words: Sequence[str]) -> None:
        told = [word for word in words if is_telling(word) and not word.endswith("@deleted.invalid")]
        told = [word for word in told if word != "DELETED USER"]
        addresses = sorted({form for word in told if "@" in word for form in _forms(word)})
        names = sorted({form for word in told if "@" not in word for form in _names(word)})
        self.addresses, self.names = addresses, names
        parts = [re.escape(one) for one in addresses]
        parts += [rf"{_NOT_A_LETTER}{_spaced(one, re.escape)}(?![^\W_])" for one in names]
        self.pattern = "|".join(parts)
        self.expression = re.compile(self.pattern, re.IGNORECASE)
        packed = [one.encode(coding) for one in [*addresses, *names] for coding in ("utf-8", "utf-16-le")]
        self.bytes = re.compile(b"|".join(map(re.escape, packed)), re.IGNORECASE)
        self.longest = max((len(one) for one in [*addresses, *names]), default=0) * 4

    @property
    def postgres(self) -> str:
        """For `~*`; blanks within a name may be of any kind."""
        parts = [_escaped(one) for one in self.addresses]
        parts += [rf"(?:^|[^[:alnum:]]){_spaced(one, _escaped)}(?![[:alnum:]])" for one in self.names]
        return "|".join(parts)

    def stands_in(self, text: str) -> bool:
        """Whether one of the words stands there."""
        return bool(self.expression.search(text))


def _forms(address: str) -> set[str]:
    """As it stands in text, in an address of a page, and in HTML or JSON."""
    return {address, quote(address), quote(address, safe=""), html.escape(address), json.dumps(address)[1:-1]}


def _names(name: str) -> set[str]:
    """The name, with its last word first, and as JSON has it."""
    *first, last = name.split()
    turned = {" ".join([*first, last]), f"{last}, {' '.join(first)}" if first else last}
    return turned | {json.dumps(one)[1:-1] for one in turned} | {html.escape(one) for one in turned}


def _spaced(name: str, escape: Any) -> str:
    return r"\s+".join(escape(word) for word in name.split())


def _escaped(text: str) -> str:
    return re.sub(r"([^\w\s])", r"\\\1", text)


def _tables(looked: _Looked) -> Iterator[Trace]:
    for table, columns in sorted(_columns().items()):
        counts = _count(table, columns, looked)
        yield from (Trace(f"{table}.{name}", rows) for (name, _kind), rows in zip(columns, counts, strict=True) if rows)


def _columns() -> dict[str, list[tuple[str, str]]]:
    """Every column that can hold words, of every table: from the database itself, which knows more than models do."""
    found: dict[str, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c"
            " JOIN information_schema.tables AS t USING (table_schema, table_name)"
            " WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
            " AND (c.data_type = ANY(%s) OR c.data_type = 'USER-DEFINED') ORDER BY 1, 2",
            [list(_KINDS)],
        )
        for table, column, kind in cursor.fetchall():
            found.setdefault(table, []).append((column, kind))
    return found


def _count(table: str, columns: Sequence[tuple[str, str]], looked: _Looked) -> list[int]:
    parts = [sql.SQL("count(*) FILTER (WHERE {})").format(_test(name, kind, looked)) for name, kind in columns]
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(parts), sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchone() or ())


def _test(name: str, kind: str, looked: _Looked) -> sql.Composable:
    column = sql.Identifier(name)
    if kind == "bytea":
        found = [
            sql.SQL("position({} IN encode({}, 'hex')) > 0").format(sql.Literal(one.encode().hex()), column)
            for one in _cases([*looked.addresses, *looked.names])
        ]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(found))
    text = sql.SQL("{}::text ~* {}").format(column, sql.Literal(looked.postgres))
    if kind != "tsvector" or not looked.names:
        return text
    phrases = [
        sql.SQL("{} @@ phraseto_tsquery('simple', {})").format(column, sql.Literal(name)) for name in looked.names
    ]
    return sql.SQL("({} OR {})").format(text, sql.SQL(" OR ").join(phrases))


def _cases(words: Iterable[str]) -> list[str]:
    return sorted({form for word in words for form in (word, word.lower(), word.upper())})


def _sessions(looked: _Looked) -> Iterator[Trace]:
    """What sessions hold is packed: no search in their table sees it."""
    rows = sum(looked.stands_in(str(session.get_decoded())) for session in in_pages(Session.objects.all(), page=500))
    if rows:
        yield Trace("django_session.session_data, unpacked", rows)


def _redis(looked: _Looked) -> Iterator[Trace]:
    """Every key of the site's Redis and what stands there: cached sessions among them."""
    client = shared_redis.client(settings.REDIS_URL)
    found: dict[str, int] = {}
    try:
        with shared_redis.breaker(settings.REDIS_URL).guarding(RedisError):
            for key in client.scan_iter(count=1000):
                if any(looked.bytes.search(part) for part in (key, *_values(client, key))):
                    place = re.split(rb"[^a-zA-Z_.]", key)[0].decode("ascii", "replace")[:60]
                    found[place] = found.get(place, 0) + 1
    except (RedisError, ServiceAway):
        yield Trace("Redis could not be read", 0)
    yield from (Trace(f"Redis, keys that begin with {place}", rows) for place, rows in sorted(found.items()))


def _values(client: Any, key: bytes) -> Iterator[bytes]:
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"hash":
            for field, value in client.hgetall(key).items():
                yield field
                yield value
        case b"stream":
            for _id, entry in client.xrange(key):
                yield from entry
                yield from entry.values()


def _files(looked: _Looked) -> Iterator[Trace]:
    found: dict[str, int] = {}
    unread: list[str] = []
    for name in _stored():
        folder = name.rpartition("/")[0]
        try:
            if _stands_in_file(name, looked):
                found[folder] = found.get(folder, 0) + 1
        except FileNotFoundError:
            continue  # deleted meanwhile
        except NotReadable:
            unread.append(name)
    yield from (Trace(f"stored files in {folder or 'the top folder'}", rows) for folder, rows in sorted(found.items()))
    yield from (Trace(f"the stored file {name} could not be looked into", 0) for name in sorted(unread))


def _stored(folder: str = "") -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" if folder else name for name in names)
    for inner in folders:
        yield from _stored(f"{folder}/{inner}" if folder else inner)


def _stands_in_file(name: str, looked: _Looked) -> bool:
    """Raises NotReadable where it was not found, and not all of the file could be read."""
    with default_storage.open(name, "rb") as stored:
        if stored.read(len(_ARCHIVE)) == _ARCHIVE or zipfile.is_zipfile(stored):
            stored.seek(0)
            return _stands_in_archive(stored, looked)
        stored.seek(0)
        if _stands_in_stream(stored, looked):
            return True
    # Letters of a PDF are packed and numbered anew: its text is read as that of handed-in files is.
    text = registry.text_of(name)
    return text is not None and any(looked.stands_in(page) for page in text)


def _stands_in_stream(stream: Any, looked: _Looked) -> bool:
    rest = b""
    while chunk := stream.read(_CHUNK_BYTES):
        if looked.bytes.search(rest + chunk):
            return True
        rest = chunk[-looked.longest :]
    return False


def _stands_in_archive(stored: Any, looked: _Looked) -> bool:
    is_whole = True
    try:
        with zipfile.ZipFile(stored) as archive:
            for part in archive.infolist():
                found = _stands_in_part(archive, part, looked)
                if found:
                    return True
                is_whole = is_whole and found is not None
    except _DAMAGED as error:
        # What was not packed stands there as it is.
        stored.seek(0)
        if _stands_in_stream(stored, looked):
            return True
        raise NotReadable from error
    if not is_whole:
        raise NotReadable
    return False


def _stands_in_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, looked: _Looked) -> bool | None:
    """None where the part could not be read."""
    if part.file_size > _PART_BYTES:
        return None
    try:
        with archive.open(part) as stream:
            return _stands_in_stream(stream, looked)
    except _DAMAGED:
        return None
