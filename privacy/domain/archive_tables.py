"""What the registry says is kept about a person, as JSON and CSV (R-71): read a page at a time, written as read."""

import base64
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, QuerySet
from django.utils.text import slugify

from privacy import registry
from privacy.domain.archive_file import Archive
from privacy.models import AuditEvent
from privacy.registry import Rows
from tesigo.platform.csv_cells import cell

#: Rows held at once: some of them carry whole texts.
BATCH_ROWS: Final = 50
_NAME_LENGTH: Final = 60


@dataclass(frozen=True)
class StoredFile:
    """A file that a row names: where it lies in storage, and where in the archive."""

    stored_as: str
    path: str


@dataclass
class Table:
    """One model as the archive has it: how many rows, which files they name, and what is left out."""

    model: type[Model]
    rows: Rows
    count: int = 0
    files: list[StoredFile] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where it lies in the archive, without its ending."""
        return f"data/{self.model._meta.app_label}-{self.model._meta.model_name}"

    @property
    def files_named(self) -> Sequence[str]:
        """The fields with names of files that are handed out."""
        return self.rows.files if self.rows.files_exported else ()

    @property
    def fields(self) -> list["Field[Any, Any]"]:
        """The fields that are handed out."""
        every = [*self.model._meta.concrete_fields, *self.model._meta.many_to_many]
        return [one for one in every if (how := self.rows.treats(one.name)) is not None and how.exported]

    @property
    def left_out(self) -> list["Field[Any, Any]"]:
        """The others."""
        every = [*self.model._meta.concrete_fields, *self.model._meta.many_to_many]
        handed_out = self.fields
        return [one for one in every if one not in handed_out]


def tables() -> list[Table]:
    """Every model of which a person may have rows that say something to them, the account first.

    The audit trail is told in words instead, see `privacy.domain.activity`.
    """
    floors: dict[str, int] = {}
    found = []
    for model, rows in registry.all_rows():
        floors.setdefault(model._meta.app_label, -len(floors))
        table = Table(model, rows)
        if rows.of is not None and table.fields and model is not AuditEvent:
            found.append(table)
    # The account itself, then what is nearest to it: the registry has the upper floors first.
    account = get_user_model()
    return sorted(found, key=lambda table: (table.model is not account, floors[table.model._meta.app_label]))


def write(archive: Archive, table: Table, user: AbstractBaseUser) -> None:
    """Writes the person's rows, and notes in the table how many there are and which files they name.

    One reading for both files: what changes meanwhile stands in both or in neither. No file where there is no row.
    """
    pages = _records(table, user)
    first = next(pages, None)
    if first is None:
        return
    with archive.csv(f"{table.path}.csv") as as_csv:
        writer = csv.DictWriter(as_csv, list(first))
        writer.writeheader()
        with archive.entry(f"{table.path}.json") as raw, io.TextIOWrapper(raw, "utf-8") as as_json:
            for record in _chained(first, pages):
                as_json.write(",\n" if table.count else "[\n")
                json.dump(record, as_json, cls=Encoder, ensure_ascii=False, indent=1)
                writer.writerow({name: _cell(value) for name, value in record.items()})
                table.count += 1
            as_json.write("\n]\n")


def _chained(first: Mapping[str, Any], others: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    yield first
    yield from others


def _records(table: Table, user: AbstractBaseUser) -> Iterator[dict[str, Any]]:
    plain = [one for one in table.fields if not one.many_to_many]
    many = [one.name for one in table.fields if one.many_to_many]
    hidden = [name for name in table.files_named if name not in {one.name for one in plain}]
    asked = [one.attname for one in plain] + hidden
    names = [one.name for one in plain] + hidden
    for pk, *values in _by_key(registry.of_person(table.model, table.rows, user), asked):
        row = dict(zip(names, values, strict=True))
        record = {one.name: _part(table, one.name, row[one.name]) for one in plain}
        record |= {name: [str(one) for one in getattr(table.model(pk=pk), name).all()] for name in many}
        for at in table.files_named:
            path = _path(table, pk, at, row) if row[at] else ""
            record[_heading(table.files_named, at)] = path
            if path:
                table.files.append(StoredFile(row[at], path))
        yield record


def _part(table: Table, name: str, value: Any) -> Any:
    """What the export brings of a field: all of it, or what its declaration lets through."""
    clean = table.rows.cleaned.get(name)
    return clean(value) if clean else value


def _by_key(rows: QuerySet[Any], names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows in the order of their keys, some at a time: no cursor is held, and a pooler may be in between."""
    last = None
    while True:
        rest = rows if last is None else rows.filter(pk__gt=last)
        page = list(rest.order_by("pk").values_list("pk", *names)[:BATCH_ROWS])
        for row in page:
            if row[0] != last:  # found by two ways at once, it is one row all the same
                yield row
            last = row[0]
        if len(page) < BATCH_ROWS:
            return


def _heading(files: Sequence[str], at: str) -> str:
    return "file" if len(files) == 1 else f"file_{at}"


def _path(table: Table, pk: Any, at: str, row: Mapping[str, Any]) -> str:
    """A name that its owner recognises, and that no other row has."""
    name = PurePosixPath(str(row.get("name") or ""))
    suffix = PurePosixPath(str(row[at])).suffix or name.suffix
    said = slugify(name.stem)[:_NAME_LENGTH]
    parts = [str(pk), *([at] if len(table.files_named) > 1 else []), *([said] if said else [])]
    ending = "." + slugify(suffix.lstrip(".")) if slugify(suffix.lstrip(".")) else ""
    return f"files/{table.model._meta.model_name}/{'-'.join(parts)}{ending}"


class Encoder(DjangoJSONEncoder):
    """Dates in ISO 8601, amounts as text; bytes in Base64, what else there is as text."""

    def default(self, o: Any) -> Any:
        """What JSON has no form for."""
        if isinstance(o, (bytes, memoryview)):
            return base64.b64encode(bytes(o)).decode("ascii")
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _cell(value: Any) -> str:
    if value is None or isinstance(value, (str, bool, int, float)):
        return cell(value)
    said = json.dumps(value, cls=Encoder, ensure_ascii=False)
    return cell(said[1:-1]) if said.startswith('"') else cell(said)
