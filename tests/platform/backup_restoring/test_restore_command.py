"""`restore` and `verify_backup` from end to end, on a database of the site: its checks run, the erased stay away."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tesigo.platform.backup import erasures, gpg, signing
from tesigo.platform.backup.copies import Copy
from tesigo.platform.backup.places import Place
from tesigo.platform.postgres_server import find_programs
from tests import environment
from tests.platform.backup.keys import Operator, operator
from tests.platform.backup_restoring.primary import Primary, flip
from tests.platform.backup_restoring.shelved import Shelved

#: Of two people in the restored database.
ADA, BOB = 1001, 1002
_PERSON = (
    "INSERT INTO accounts_user (id, password, is_superuser, email, email_as_typed, name, language, is_staff,"
    " is_active, is_premium, date_joined, session_epoch) VALUES ({id}, '', false, '{name}@example.org',"
    " '{name}@example.org', '{name}', 'en', false, true, false, now(), 0)"
)


class World:
    """The site's database on a server of its own, backed up, with two people of whom one is erased afterwards."""

    def __init__(self, primary: Primary, root: Path, keys: Operator, to: gpg.Recipients) -> None:
        self.shelved = Shelved(root, primary, to)
        self.key = keys
        programs = find_programs()
        dump = subprocess.run(
            [programs / "pg_dump", "--no-owner", settings_url()], check=True, capture_output=True, timeout=120
        )
        subprocess.run(
            [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", primary.url()],
            input=dump.stdout, check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        primary.execute(_PERSON.format(id=ADA, name="ada"), _PERSON.format(id=BOB, name="bob"))
        self.full = self.shelved.take()
        self.before = primary.now()
        primary.execute(f"UPDATE accounts_user SET name = 'gone' WHERE id = {BOB}")
        primary.end_segment()
        primary.execute("CREATE TABLE later ()")
        primary.end_segment()
        self.shelved.ship()
        erasures._sources, kept = [lambda: [erasures.Erased(1, ADA, datetime.now(UTC))]], erasures._sources
        erasures.ship(self.shelved.shelf.destination, key=self.shelved.key)
        erasures._sources = kept


def settings_url() -> str:
    """The database of this process."""
    return environment.with_database(environment.servers()["DATABASE_URL"], environment.database_name())


@pytest.fixture(scope="module")
def world(primary: Primary, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with gpg.short_home() as home:
        keys = operator(home)
        with gpg.recipients(keys.public) as to:
            yield World(primary, tmp_path_factory.mktemp("shelf"), keys, to)


@pytest.fixture(autouse=True)
def configured(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "BACKUP_PLACES", (Place("local", f"file://{world.shelved.root}"),))
    monkeypatch.setattr(settings, "BACKUP_SIGNING_KEY", world.shelved.key)
    key = tmp_path / "key.asc"
    key.write_bytes(gpg.run(world.key.home, "--armor", "--export-secret-keys"))
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "tesigo")
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "tesigo")


def names(copy: Copy) -> dict[int, tuple[str, str]]:
    copy.start()
    try:
        with psycopg.connect(copy.url()) as connection:
            rows = connection.execute("SELECT id, name, email FROM accounts_user WHERE id IN (1001, 1002)")
            return {number: (name, email) for number, name, email in rows}
    finally:
        copy.stop()


def test_the_database_is_as_it_was_but_for_the_erased(world: World, tmp_path: Path) -> None:
    said, into = StringIO(), tmp_path / "restored"
    call_command(
        "restore", to=world.before.isoformat(), into=into, yes=True, private_key=tmp_path / "key.asc", stdout=said
    )
    assert "1 erased again" in said.getvalue()
    assert "ok  audit trail" in said.getvalue()
    assert "ok  books" in said.getvalue()
    assert world.full in said.getvalue()
    assert names(Copy(into)) == {
        ADA: ("DELETED USER", f"deleted_{ADA}@deleted.invalid"),
        BOB: ("bob", "bob@example.org"),
    }


def test_it_asks_first(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("restore", to="latest", into=tmp_path / "restored", private_key=tmp_path / "key.asc")
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"to": "yesterday"}, "is no moment"),
        ({"to": "2999-01-01"}, "is in the future"),
        ({"to": "2020-01-01"}, "The earliest moment that can be restored"),
        ({}, "Say to which moment"),
        ({"to": "latest", "destination": "nowhere"}, "There is no destination nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(world: World, tmp_path: Path, words: dict[str, str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("restore", into=tmp_path / "restored", yes=True, private_key=tmp_path / "key.asc", **words)


def test_a_directory_in_use_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored" / "something").touch()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", to="latest", into=tmp_path / "restored", yes=True, private_key=tmp_path / "key.asc")


def test_a_running_database_is_refused(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    primary = world.shelved.primary
    monkeypatch.setattr("tesigo.management.commands.restore.Stack.postgres", lambda stack: primary)
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", str(primary.port))
    with pytest.raises(CommandError, match="PostgreSQL is running"):
        call_command("restore", to="latest", yes=True, private_key=tmp_path / "key.asc")
    assert primary.pid()


def test_the_command_verifies_and_names_what_is_wrong(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "key.asc"
    call_command("verify_backup", private_key=key, scratch=tmp_path)
    said = capsys.readouterr().err
    for words in (
        "ok  signatures",
        "ok  rows",
        "ok  pages and indexes",
        "ok  constraints",
        "ok  audit trail",
        "ok  books",
    ):
        assert words in said
    assert f"Backup {world.full} is good." in said
    place = world.shelved.at(f"backups/{world.full}/base.0000")
    flip(place, at=999)
    try:
        with pytest.raises(CommandError, match="is NOT good") as refused:
            call_command("verify_backup", hashes_only=True)
    finally:
        flip(place, at=999)
    assert refused.value.returncode == 1
    assert "base.0000: bytes are not those that were sent" in capsys.readouterr().err


def test_a_drill_leaves_a_signed_report(world: World, tmp_path: Path) -> None:
    said = StringIO()
    call_command("restore_drill", private_key=tmp_path / "key.asc", scratch=tmp_path, stdout=said)
    assert f"Backup {world.full} is good" in said.getvalue()
    (path,) = (world.shelved.root / "drills").iterdir()
    found = signing.read_signed_json(path.read_bytes(), keys=world.shelved.shelf.keys, where="the report")
    assert found.text("backup") == world.full
    assert found.content["is_good"] is True
    assert {check["name"] for check in found.content["checks"]} >= {"WAL", "rows", "audit trail", "books"}
