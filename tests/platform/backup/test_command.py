"""`manage.py backup` as a process: what it says, its exit codes, killed, on a full disk, over S3 and SFTP (R-120)."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tesigo.platform.backup import sending
from tesigo.platform.backup.config import Config
from tesigo.platform.backup.destinations import connect
from tesigo.platform.backup.errors import Damaged
from tesigo.platform.backup.places import Place
from tesigo.platform.processes import command_line, wait_until
from tests.platform.backup.cluster import Cluster, cluster, command, config_of, environment_of, run
from tests.platform.backup.keys import Operator
from tests.platform.backup.sftp_server import USER, sftp_server


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        # Enough that a run can be met midway.
        running.sql("INSERT INTO words SELECT n, md5(n::text) || md5((-n)::text) FROM generate_series(50000, 300000) n")
        yield running


@pytest.fixture
def config(postgres: Cluster, tmp_path: Path, the_operator: Operator) -> Config:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a").write_bytes(b"a")
    return config_of(postgres, tmp_path, the_operator.public)


@pytest.fixture
def environ(config: Config, postgres: Cluster, tmp_path: Path) -> dict[str, str]:
    return environment_of(config, postgres, tmp_path / "media")


def of_backups() -> list[str]:
    """The command lines of pg_basebackup that run."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [words for number in numbers if "pg_basebackup" in (words := command_line(number)) and "--pgdata=-" in words]


def test_a_killed_run_leaves_no_child_and_the_next_one_no_rest(
    environ: dict[str, str], config: Config, tmp_path: Path
) -> None:
    making = config.spool / "making"
    for how in (signal.SIGTERM, signal.SIGKILL):  # what the second leaves behind would be taken for a new one
        process = subprocess.Popen(command("--full"), env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until(lambda: any(making.glob("*/base.0000")), seconds=60, pause=0.005)
        process.send_signal(how)
        assert process.wait(30) != 0
        assert wait_until(lambda: not of_backups(), seconds=60)
        if how == signal.SIGTERM:
            assert list(making.iterdir()) == [], "asked to end, it tidies up"
        assert not list((tmp_path / "disk").glob("backups/*/manifest.json"))
    result = run(environ, "--files")
    assert result.returncode == 0, result.stderr
    assert list(making.iterdir()) == []
    assert not (config.spool / "pending").exists()


def test_a_full_disk_of_the_spool_is_named_and_nothing_is_kept(environ: dict[str, str], config: Config) -> None:
    spool = config.spool
    spool.mkdir()
    small = f"mount -t tmpfs -o size=1m tmpfs {spool} && exec " + " ".join(command("--full"))
    mounting = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    result = subprocess.run([*mounting, "sh", "-c", small], env=environ, capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    assert "The disk of BACKUP_SPOOL is full" in result.stderr
    assert not list((config.spool.parent / "disk").glob("backups/*"))


def test_without_settings_it_says_which(environ: dict[str, str]) -> None:
    result = run(environ | {"BACKUP_DESTINATIONS": ""})
    assert (result.returncode, "BACKUP_DESTINATIONS is not set" in result.stderr) == (1, True)


def test_a_byte_that_flips_on_its_way_is_seen_and_taken_away(config: Config, tmp_path: Path) -> None:
    with sftp_server(tmp_path / "ssh") as ssh:
        ssh.flips = True
        place = Place(
            "offsite", f"sftp://127.0.0.1:{ssh.port}/x", user=USER, key_file=str(ssh.key_file),
            known_hosts=str(ssh.known_hosts),
        )  # fmt: skip
        with connect(place) as offsite:
            digest = hashlib.sha256(b"x").hexdigest()
            offsite.put("files/ab/x", b"x", sha256=digest)
            with pytest.raises(Damaged, match="files/ab/x is not what was sent"):
                sending.check(offsite, "files/ab/x", digest)
            assert not offsite.exists("files/ab/x")
