"""A folder, S3 and SFTP keep the same promises, over real sockets (R-120)."""

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.config import Config

from tesigo.platform.backup.destinations import Destination, connect, places_from
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.destinations.s3 import Bucket
from tesigo.platform.backup.destinations.sftp import SftpServer
from tesigo.platform.backup.errors import (
    Damaged,
    DestinationError,
    Full,
    NotConfigured,
    NotThere,
    Refused,
    Unreachable,
)
from tesigo.platform.env import Env
from tests.platform.backup.s3_server import ACCESS_KEY, S3Server, s3_server
from tests.platform.backup.sftp_server import USER, Served, sftp_server

QUICK = Config(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1, "mode": "standard"})


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with sftp_server(tmp_path_factory.mktemp("sftp")) as served:
        yield served


def bucket(server: S3Server, *, access_key: str = ACCESS_KEY, name: str = "vault") -> Bucket:
    return Bucket(
        "cloud", bucket=name, prefix="/site/", access_key=access_key, secret_key="k" * 20, endpoint_url=server.url
    )


def ssh(served: Served, *, user: str = USER, root: str = "site", silence_seconds: float = 10.0) -> SftpServer:
    return SftpServer(
        "offsite", host="127.0.0.1", port=served.port, root=root, user=user, key_file=served.key_file,
        known_hosts=served.known_hosts, silence_seconds=silence_seconds,
    )  # fmt: skip


@pytest.fixture(params=["folder", "s3", "sftp"])
def destination(request: pytest.FixtureRequest, tmp_path: Path, s3: S3Server, sftp: Served) -> Iterator[Destination]:
    s3.objects.clear()
    s3.is_full, s3.keeps_checksums = False, True
    sftp.limit_bytes = None
    made: dict[str, Callable[[], Destination]] = {
        "folder": lambda: Folder("disk", tmp_path),
        "s3": lambda: bucket(s3),
        "sftp": lambda: ssh(sftp, root=tmp_path.name),
    }
    with made[request.param]() as one:
        yield one


def lay_bare(destination: Destination, path: str, tmp_path: Path, s3: S3Server, sftp: Served, content: bytes) -> None:
    """Writes behind the destination's back."""
    if destination.name == "cloud":
        s3.objects[f"site/{path}"] = content
    elif destination.name == "offsite":
        (sftp.root / tmp_path.name / path).write_bytes(content)
    else:
        (tmp_path / path).write_bytes(content)


def test_what_is_sent_is_there(destination: Destination, tmp_path_factory: pytest.TempPathFactory) -> None:
    content = os.urandom(3_000_000)
    source = tmp_path_factory.mktemp("source") / "part"
    source.write_bytes(content)
    path = "backups/20261129T020000Z-full/base.0000"
    assert destination.stat(path) is None
    assert not destination.exists(path)
    assert destination.put(path, source, sha256=sha(content))
    assert destination.put("site.json", b"{}", sha256=sha(b"{}"))
    assert destination.exists(path)
    assert destination.stat(path).bytes == len(content)
    assert b"".join(destination.get(path)) == content
    assert destination.sha256_of(path) == sha(content)
    assert destination.read("site.json") == b"{}"
    assert [entry.path for entry in destination.list("backups/")] == [path]
    assert [(entry.path, entry.bytes) for entry in destination.list()] == [(path, len(content)), ("site.json", 2)]


def test_what_is_there_already_is_not_sent_again_but_what_differs_is(
    destination: Destination, tmp_path: Path, s3: S3Server, sftp: Served
) -> None:
    assert destination.put("wal/7/000000010000000000000001", b"one", sha256=sha(b"one"))
    assert not destination.put("wal/7/000000010000000000000001", b"one", sha256=sha(b"one"))
    assert destination.put("wal/7/000000010000000000000001", b"one", sha256=sha(b"one"), anew=True)
    assert destination.put("wal/7/000000010000000000000001", b"two", sha256=sha(b"two"))
    assert destination.read("wal/7/000000010000000000000001") == b"two"
    s3.keeps_checksums = False
    lay_bare(destination, "wal/7/000000010000000000000001", tmp_path, s3, sftp, b"twi")
    assert destination.sha256_of("wal/7/000000010000000000000001") == sha(b"twi"), "a flipped byte is seen"
    assert destination.put("wal/7/000000010000000000000001", b"two", sha256=sha(b"two")), "and mended"
    assert destination.read("wal/7/000000010000000000000001") == b"two"


def test_what_is_removed_is_gone_and_removing_it_again_is_quiet(destination: Destination) -> None:
    for number in range(5):
        destination.put(f"files/ab/{number}", b"x", sha256=sha(b"x"))
    assert len(list(destination.list("files/"))) == 5
    for number in range(5):
        destination.delete(f"files/ab/{number}")
        destination.delete(f"files/ab/{number}")
    assert list(destination.list("files/")) == []
    assert list(destination.list()) == []
    destination.put("files/ab/1", b"x", sha256=sha(b"x"))
    assert destination.exists("files/ab/1"), "its folders are made again"


def test_what_is_not_there_is_said(destination: Destination) -> None:
    with pytest.raises(NotThere, match="files/ab/none"):
        destination.read("files/ab/none")
    with pytest.raises(NotThere):
        destination.sha256_of("files/ab/none")


def test_a_long_file_is_not_read_as_a_short_one(destination: Destination) -> None:
    destination.put("site.json", b"x" * 100, sha256=sha(b"x" * 100))
    with pytest.raises(Damaged, match="longer"):
        destination.read("site.json", longest=99)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/.hidden", "a b", "a/b.sending"])
def test_no_path_leads_out(path: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no path"):
        Folder("disk", tmp_path).put(path, b"x", sha256=sha(b"x"))


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_disk_that_is_not_mounted_is_not_filled_from_beneath(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="Destination disk: destination unreachable"):
        Folder("disk", tmp_path / "mount").put("site.json", b"x", sha256=sha(b"x"))
    assert not (tmp_path / "mount").exists()


def test_a_full_disk_is_named_and_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The kernel's own word for it: /dev/full takes nothing.
    (tmp_path / "site.json.sending").symlink_to("/dev/full")
    with pytest.raises(Full, match="no room"):
        Folder("disk", tmp_path).put("site.json", b"x" * 1_000_000, sha256=sha(b"x" * 1_000_000))
    assert list(tmp_path.iterdir()) == []


def test_s3_says_full_refused_no_bucket_and_away(s3: S3Server) -> None:
    s3.is_full = True
    with pytest.raises(Full):
        bucket(s3).put("site.json", b"x", sha256=sha(b"x"))
    s3.is_full = False
    with pytest.raises(Refused, match="does not take this key"):
        bucket(s3, access_key="somebody-else").put("site.json", b"x", sha256=sha(b"x"))
    with pytest.raises(Refused, match="XAmzContentSHA256Mismatch"):
        bucket(s3).put("site.json", b"x", sha256=sha(b"y"), anew=True)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        away = Bucket("cloud", bucket="vault", access_key="a", secret_key="b", endpoint_url=url, config=QUICK)
        with pytest.raises(Unreachable, match="Destination cloud: destination unreachable"):
            away.exists("site.json")
    with pytest.raises(Unreachable):
        away.exists("site.json")


def test_sftp_says_full(sftp: Served) -> None:
    sftp.limit_bytes = 1_000
    try:
        with ssh(sftp) as offsite, pytest.raises((Full, Unreachable)):
            offsite.put("files/large", b"x" * 200_000, sha256=sha(b"x" * 200_000))
        with ssh(sftp) as offsite:
            assert list(offsite.list("files/")) == []
    finally:
        sftp.limit_bytes = None


def test_sftp_lets_in_only_whom_it_knows_and_is_believed_only_when_known(sftp: Served, tmp_path: Path) -> None:
    with ssh(sftp, user="somebody") as offsite, pytest.raises(Refused, match="user and key"):
        offsite.exists("site.json")
    name, kind, _key = sftp.known_hosts.read_text().split()
    other = tmp_path / "hosts"
    options = {"host": "127.0.0.1", "port": sftp.port, "root": "", "user": USER, "key_file": sftp.key_file}
    for content, words in (
        ("", "does not stand in known hosts"),
        (f"{name} {kind} AAAAC3NzaC1lZDI1NTE5AAAAIHhBnzXnFcsvNEcn5pTnEp8Dl1ZHPsTHMSOcHYq8XJ3G\n", "is not the one"),
    ):
        other.write_text(content)
        with SftpServer("offsite", known_hosts=other, **options) as offsite, pytest.raises(Refused, match=words):
            offsite.exists("site.json")
    with pytest.raises(NotConfigured, match="offsite"):
        SftpServer("offsite", known_hosts=tmp_path / "none", **options).exists("site.json")


def test_sftp_that_is_away_costs_its_time_limit(monkeypatch: pytest.MonkeyPatch, sftp: Served) -> None:
    monkeypatch.setattr("tesigo.platform.backup.destinations.sftp._CONNECT_SECONDS", 0.5)
    options = {"root": "", "user": USER, "key_file": sftp.key_file, "known_hosts": sftp.known_hosts}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with SftpServer("offsite", host="127.0.0.1", port=port, **options) as offsite, pytest.raises(Unreachable):
            offsite.exists("site.json")
    with SftpServer("offsite", host="127.0.0.1", port=port, **options) as offsite, pytest.raises(Unreachable):
        offsite.exists("site.json")


def test_a_connection_that_broke_is_made_anew(sftp: Served) -> None:
    with ssh(sftp) as offsite:
        offsite.put("site.json", b"{}", sha256=sha(b"{}"))
        offsite._ssh.get_transport().sock.shutdown(socket.SHUT_RDWR)
        with pytest.raises(DestinationError):
            offsite.read("site.json")
        assert offsite.read("site.json") == b"{}"


# --- as configured ---------------------------------------------------------------------------------------------------


def test_destinations_come_from_the_environment(tmp_path: Path) -> None:
    env = Env(
        {
            "BACKUP_LOCAL_URL": f"file://{tmp_path}",
            "BACKUP_CLOUD_URL": "s3://vault/site",
            "BACKUP_CLOUD_ACCESS_KEY": "an access key",
            "BACKUP_CLOUD_SECRET_KEY": "Qm7vXw3Lr9TzBn5kHs8d",
            "BACKUP_OFF_SITE_URL": "sftp://backup@host.example:2222/~/tesigo",
            "BACKUP_OFF_SITE_KEY_FILE": "/run/secrets/key",
            "BACKUP_OFF_SITE_KNOWN_HOSTS": "/etc/ssh/known",
        }
    )
    places = places_from(env, ["local", "cloud", "off_site"])
    env.check()
    assert [type(connect(place)) for place in places] == [Folder, Bucket, SftpServer]
    assert vars(connect(places[2]))["_root"].as_posix() == "tesigo"
    assert "Qm7" not in repr(places)


@pytest.mark.parametrize(
    ("name", "variables", "said"),
    [
        ("Local!", {}, "not a name"),
        ("local", {}, "BACKUP_LOCAL_URL is missing"),
        ("local", {"BACKUP_LOCAL_URL": "ftp://host/x"}, "must start with"),
        ("local", {"BACKUP_LOCAL_URL": "file://relative/x"}, "whole path"),
        ("s", {"BACKUP_S_URL": "sftp://host/x"}, "BACKUP_S_KNOWN_HOSTS is missing"),
        ("s", {"BACKUP_S_URL": "sftp://u:pw@host/x"}, "holds a password"),  # pragma: allowlist secret
    ],
)
def test_what_is_wrong_with_a_destination_is_said(name: str, variables: dict[str, str], said: str) -> None:
    env = Env(variables)
    places_from(env, [name])
    with pytest.raises(Exception, match=said):
        env.check()
