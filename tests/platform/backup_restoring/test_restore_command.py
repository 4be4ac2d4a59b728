"""`restore` and `verify_backup` from end to end, on a database of the site: its checks run, the erased stay away."""

import ctypes
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tesigo.platform.backup import drill, erasures, gpg, put_back, restoring, shipping, signing, verification
from tesigo.platform.backup.copies import Copy
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.shelf import Opener
from tesigo.platform.backup.swapping import swap
from tesigo.platform.postgres_server import PostgresServer, find_programs
from tesigo.platform.processes import file_lock, free_port, is_alive
from tests import environment
from tests.platform.backup.keys import Operator, operator
from tests.platform.backup_restoring.primary import Primary
from tests.platform.backup_restoring.shelved import Shelved

#: Of two people in the restored database.
ADA, BOB = 1001, 1002
#: `CLONE_NEWNS` of unshare(2).
_NEW_MOUNTS = 0x00020000
_PERSON = (
    "INSERT INTO accounts_user (id, public_id, password, is_superuser, email, email_as_typed, name, language, is_staff,"
    " is_active, is_premium, created_at, session_epoch) VALUES ({id}, gen_random_uuid(), '', false,"
    " '{name}@example.org', '{name}@example.org', '{name}', 'en', false, true, false, now(), 0)"
)


class World:
    """The site's database on a server of its own, backed up, with two people of whom one is erased afterwards."""

    def __init__(self, primary: Primary, root: Path, keys: Operator, to: gpg.Recipients) -> None:
        self.shelved = Shelved(root, primary, to)
        self.key = keys
        programs = find_programs()
        dump = subprocess.run(
            [programs / "pg_dump", "--no-owner", "--exclude-schema=pristine", settings_url()],
            check=True,
            capture_output=True,
            timeout=120,
        )
        subprocess.run(
            [programs / "psql", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-d", primary.url()],
            input=dump.stdout, check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        primary.execute("CREATE ROLE copier LOGIN PASSWORD 'of-there'")
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


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects that staff were sent."""
    subjects: list[str] = []

    def tell_now(*, subject: str, text: str) -> list[str]:
        subjects.append(subject)
        return ["mail"]

    monkeypatch.setattr("tesigo.management.commands.restore.tell_now", tell_now)
    return subjects


@pytest.fixture(autouse=True)
def configured(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tesigo.management.commands.restore.VAR", tmp_path / "var")
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


def test_the_database_is_as_it_was_but_for_the_erased(world: World, tmp_path: Path, told: list[str]) -> None:
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
        ({"to": "latest", "backup": "../../elsewhere"}, "is not the name of a backup"),
        ({"to": "latest", "backup": "20261129"}, "is not the name of a backup"),
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


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PostgresServer:
    """The site's own server, with data of before."""
    server = PostgresServer(tmp_path / "var" / "postgres", free_port(), "the-password-of-here")
    (server.data).mkdir(parents=True)
    (server.data / "of before").touch()
    monkeypatch.setattr("tesigo.management.commands.restore.Stack.postgres", lambda stack: server)
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", str(server.port))
    monkeypatch.setattr(settings, "BACKUP_SPOOL", tmp_path / "spool")
    monkeypatch.setattr(settings, "BACKUP_DATABASE_URL", "")
    return server


def test_the_embedded_server_goes_on_with_what_was_restored(
    world: World, embedded: PostgresServer, tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url_of_backups = f"postgresql://copier:of-here@127.0.0.1:{embedded.port}/postgres"  # pragma: allowlist secret
    monkeypatch.setattr(settings, "BACKUP_DATABASE_URL", url_of_backups)
    (embedded.home / f"{restoring.DRAFT}killed").mkdir()
    call_command("restore", to="latest", only="database", yes=True, private_key=tmp_path / "key.asc")
    assert told == ["A restore has begun", "A restore is done"]
    (kept,) = embedded.home.glob("data.before-*")
    assert (kept / "of before").exists()
    assert list(embedded.home.glob(f"{restoring.DRAFT}*")) == []
    assert shipping.hole(tmp_path / "spool")
    embedded.start()
    # Its log lies beside the data, and it cannot start where it may not write that.
    assert embedded.home.stat().st_uid == embedded.data.stat().st_uid
    try:
        with psycopg.connect(embedded.url()) as connection:
            rows = connection.execute("SELECT name FROM accounts_user WHERE id IN (1001, 1002) ORDER BY id").fetchall()
        # Backups go on with the password of this machine, not with that of the one that is gone.
        psycopg.connect(url_of_backups).close()
    finally:
        embedded.stop()
    assert rows == [("DELETED USER",), ("gone",)]


def test_a_failed_restore_leaves_the_old_data_and_tells_staff(
    world: World, embedded: PostgresServer, tmp_path: Path, told: list[str]
) -> None:
    with gpg.short_home() as home:
        stranger = operator(home, "stranger")
        (tmp_path / "other.asc").write_bytes(gpg.run(stranger.home, "--armor", "--export-secret-keys"))
    with pytest.raises(CommandError, match="secret key"):
        call_command("restore", to="latest", yes=True, private_key=tmp_path / "other.asc")
    assert told == ["A restore has begun", "A restore has failed"]
    assert [path.name for path in embedded.home.iterdir()] == ["data"]
    assert (embedded.data / "of before").exists()


def test_a_killed_restore_leaves_the_old_data_and_the_next_one_clears_up(
    world: World, embedded: PostgresServer, told: list[str]
) -> None:
    home = embedded.home / f"{restoring.DRAFT}killed"

    def die(line: str) -> None:
        if line.startswith("erasing"):
            os.kill(os.getpid(), signal.SIGKILL)

    def restore() -> None:
        planned = restoring.plan(world.shelved.shelf, to=None)
        opener = Opener(world.key.home)
        restoring.restore(
            world.shelved.shelf, planned, home, database="tesigo", user="tesigo", opener=opener, say=die
        )  # fmt: skip

    assert killed(restore)
    copy = Copy(home).pid()
    assert copy
    assert restoring.sweep(embedded.home) == [home.name]
    assert not is_alive(copy)
    assert [path.name for path in embedded.home.iterdir()] == ["data"]
    assert (embedded.data / "of before").exists()


def test_a_killed_drill_leaves_no_report_and_its_copy_is_removed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> None:
        for outcome in drill.look(
            world.shelved.shelf, world.full, tmp_path, database="tesigo", user="tesigo",
            opener=Opener(world.key.home), say=lambda line: None,
        ):  # fmt: skip
            if outcome.name == "copy":
                os.kill(os.getpid(), signal.SIGKILL)

    assert killed(look)
    assert not (world.shelved.root / "drills").exists()
    (left,) = tmp_path.glob("tesigo-verify-*")
    copy = Copy(left / "copy").pid()
    assert copy
    # As if some time had gone by.
    monkeypatch.setattr(verification, "_SETTLES_SECONDS", 0)
    assert verification.sweep(tmp_path) == 1
    assert not is_alive(copy)
    assert not left.exists()


@pytest.mark.parametrize("in_one_step", [True, False])
def test_the_copy_takes_the_place_of_the_old_data(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr(restoring, "swap", lambda one, other: False)
    server, copy = PostgresServer(tmp_path / "postgres", free_port(), "x"), Copy(tmp_path / "postgres" / "restore-1")
    for one, name in ((server, "old"), (copy, "new")):
        one.data.mkdir(parents=True)
        (one.data / name).touch()
    kept = restoring.put_in_place(copy, server, now=datetime.now(UTC))
    assert kept
    assert [path.name for path in kept.iterdir()] == ["old"]
    assert [path.name for path in server.data.iterdir()] == ["new"]
    assert sorted(path.name for path in server.home.iterdir()) == ["data", kept.name]


def test_names_are_swapped_or_nothing_moves(world: World, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert swap(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "other").exists()
    with pytest.raises(FileNotFoundError):
        swap(tmp_path / "one", tmp_path / "nothing")
    assert (tmp_path / "one" / "other").exists()


@pytest.mark.parametrize("command", ["verify_backup", "restore_drill"])
def test_a_scratch_disk_without_room_says_nothing_about_the_backup(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=1000))
    before = sorted(world.shelved.root.rglob("*"))
    with pytest.raises(CommandError, match="too full: 0 MB are free") as refused:
        call_command(command, private_key=tmp_path / "key.asc", scratch=tmp_path)
    assert refused.value.returncode == 2
    assert sorted(world.shelved.root.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own is mounted by root alone")
@pytest.mark.parametrize("at", ["fetching 20", "fetching WAL", "replaying", "erasing"])
def test_a_disk_that_fills_up_on_the_way_is_named_and_nothing_half_done_stays(
    world: World, tmp_path: Path, at: str
) -> None:
    """There was room when it began; then somebody else wrote."""
    small, outcome = tmp_path / "small", tmp_path / "outcome"
    small.mkdir()
    home = small / "restored"

    def say(line: str) -> None:
        if line.startswith(at):
            fill(small / "ballast")

    def restore() -> None:
        os.chdir(small)
        mount_disk(small, megabytes=512)
        planned, said = restoring.plan(world.shelved.shelf, to=None), "restored"
        try:
            restoring.restore(
                world.shelved.shelf, planned, home, database="tesigo", user="tesigo",
                opener=Opener(world.key.home), say=say,
            )  # fmt: skip
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        outcome.write_text(json.dumps([said, sorted(path.name for path in small.iterdir()), Copy(home).pid()]))

    assert not killed(restore)
    said, left, pid = json.loads(outcome.read_text())
    assert said.startswith("SpoolFull: The disk ")
    assert "is full" in said
    assert (left, pid) == (["ballast"], None)


def mount_disk(place: Path, *, megabytes: int) -> None:
    """A small disk at ``place`` that this process and its children alone see."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(_NEW_MOUNTS) == 0, os.strerror(ctypes.get_errno())
    for words in (["--make-rprivate", "/"], ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]):
        subprocess.run(["mount", *words], check=True, timeout=20)


def fill(path: Path) -> None:
    """Writes until no byte is left on the disk."""
    with path.open("wb", buffering=0) as file:
        for block in (1024 * 1024, 4096):
            with suppress(OSError):
                while True:
                    file.write(b"x" * block)


def killed(work: Callable[[], None]) -> bool:
    """Does the work in a process of its own; whether that was killed."""
    if (pid := os.fork()) == 0:
        try:
            work()
        finally:
            os._exit(1)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def test_a_running_database_is_refused(
    world: World, embedded: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary = world.shelved.primary
    monkeypatch.setattr("tesigo.management.commands.restore.Stack.postgres", lambda stack: primary)
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", str(primary.port))
    with pytest.raises(CommandError, match="PostgreSQL is running"):
        call_command("restore", to="latest", yes=True, private_key=tmp_path / "key.asc")
    assert primary.pid()


def test_a_running_site_is_refused(world: World, embedded: PostgresServer, tmp_path: Path) -> None:
    with (
        file_lock(tmp_path / "var" / "up.lock"),
        pytest.raises(CommandError, match="The site is running"),
    ):
        call_command("restore", to="latest", yes=True, private_key=tmp_path / "key.asc")


def test_a_drill_leaves_a_signed_report(world: World, tmp_path: Path) -> None:
    said = StringIO()
    call_command("restore_drill", private_key=tmp_path / "key.asc", scratch=tmp_path, stdout=said)
    assert f"Backup {world.full} is good" in said.getvalue()
    (path,) = (world.shelved.root / "drills").iterdir()
    found = signing.read_signed_json(path.read_bytes(), keys=world.shelved.shelf.keys, where="the report")
    assert found.text("backup") == world.full
    assert found.content["is_good"] is True
    assert {check["name"] for check in found.content["checks"]} >= {"WAL", "rows", "audit trail", "books"}


def test_a_drill_of_what_is_no_backup_leaves_no_report(world: World, tmp_path: Path) -> None:
    before = sorted(world.shelved.root.rglob("*"))
    with pytest.raises(CommandError, match="is not the name of a backup") as refused:
        call_command("restore_drill", backup="../../elsewhere", private_key=tmp_path / "key.asc", scratch=tmp_path)
    assert refused.value.returncode == 2
    assert sorted(world.shelved.root.rglob("*")) == before


@pytest.mark.parametrize("command", ["verify_backup", "restore_drill"])
def test_a_wrong_key_says_nothing_about_the_backup(world: World, tmp_path: Path, command: str) -> None:
    before = sorted(world.shelved.root.rglob("*"))
    with gpg.short_home() as place:
        stranger = tmp_path / "stranger.asc"
        stranger.write_bytes(gpg.run(operator(place, "stranger").home, "--armor", "--export-secret-keys"))
        with pytest.raises(CommandError, match="the private key is none of those") as refused:
            call_command(command, private_key=stranger, scratch=tmp_path)
    assert refused.value.returncode == 2
    assert sorted(world.shelved.root.rglob("*")) == before


def test_where_no_file_is_missing_nobody_is_asked(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(put_back, "_sources", [list])
    said = StringIO()
    call_command("restore", only="files", private_key=tmp_path / "key.asc", stdout=said)
    assert "nothing is to be done" in said.getvalue()
