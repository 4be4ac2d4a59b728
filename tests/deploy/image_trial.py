"""The image that `deploy/image/try` built: its layers searched, its processes run read-only and not as root.

    python -m tests.deploy.image_trial FOLDER

FOLDER holds `unpacked` (the image, as `buildah push … dir:` writes it). Needs root: the unpacked file system is mounted
read-only over itself in a mount namespace of its own. Everything runs on loopback and ends after some minutes.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from local.stack import Stack
from tesigo.platform.environment_file import read_file
from tesigo.platform.paths import ROOT
from tesigo.platform.processes import free_port
from tesigo.platform.strength import strong_secret

USER = 10001
#: What no layer may hold, by name and by content.
NAMES = re.compile(
    r"(^|/)(\.env(\..*)?|pip\.conf|\.pypirc|\.netrc|id_(rsa|ed25519)|secrets\.env|stack\.json|\.git|userlist\.txt)$"
)
WORDS = re.compile(
    rb"-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}|"
    rb"\b(?:sk|rk)_live_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{20,}|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{40,}|"
    rb"\bAKIA[0-9A-Z]{16}\b"
)
#: Examples and tests of libraries, which are no secrets of anybody.
OF_LIBRARIES = re.compile(r"site-packages/|^usr/|^etc/ssl/")
MOST_BYTES = 64 * 1024 * 1024
BOUNDED_SECONDS = 240


def main(home: Path) -> int:
    """Says what holds, line by line; raises AssertionError with the first thing that does not."""
    image = home / "unpacked"
    manifest = json.loads((image / "manifest.json").read_text())
    config = json.loads(blob(image, manifest["config"]["digest"]).read_text())
    judge(config["config"], json.dumps(config))
    layers = [blob(image, layer["digest"]) for layer in manifest["layers"]]
    size = sum(layer.stat().st_size for layer in layers)
    found, files = search(layers)
    assert found == [], found
    print(f"{len(layers)} layers, {size / 1e6:.0f} MB, {files} files searched: no secret", flush=True)
    root = home / "root"
    unpack(layers, root)
    bill = json.loads((root / "opt/tesigo/bill.cdx.json").read_text())
    kinds = {kind: sum(f"pkg:{kind}/" in one.get("purl", "") for one in bill["components"]) for kind in ("deb", "pypi")}
    assert kinds["deb"] > 50, kinds
    assert kinds["pypi"] > 80, kinds
    print(f"bill of materials: {kinds['deb']} packages of Debian, {kinds['pypi']} of Python", flush=True)
    run(home, root)
    return 0


def blob(image: Path, digest: str) -> Path:
    """A layer or the configuration, as `dir:` names it."""
    return image / digest.removeprefix("sha256:")


def judge(config: dict[str, object], whole: str) -> None:
    """The image's own settings."""
    assert config["User"] == f"{USER}:{USER}", config["User"]
    assert config["Healthcheck"], "no HEALTHCHECK: was it built with --format docker?"
    assert not re.search(r"SECRET|PASSWORD|TOKEN|_KEY=|_URL=", json.dumps(config["Env"])), config["Env"]
    assert not WORDS.search(whole.encode())
    print("configuration: not root, health check, no secret in its environment or history", flush=True)


def known_secrets() -> list[bytes]:
    """The secrets of this machine, which the build had around it."""
    values = [*read_file(ROOT / "var" / "secrets.env").values(), *read_file(ROOT / ".env").values()]
    return [value.encode() for value in values if len(value) >= 20]


def search(layers: list[Path]) -> tuple[list[str], int]:
    """Files that hold a secret, or are named like one that does; and how many files were read."""
    found, files, known = [], 0, known_secrets()
    for layer in layers:
        with tarfile.open(layer) as archive:
            for member in archive:
                if not member.isfile():
                    continue
                files += 1
                if NAMES.search(member.name) and not OF_LIBRARIES.search(member.name):
                    found.append(member.name)
                file = archive.extractfile(member)
                content = file.read(MOST_BYTES) if file else b""
                if any(secret in content for secret in known):
                    found.append(f"{member.name}: a secret of this machine")
                if not OF_LIBRARIES.search(member.name) and WORDS.search(content):
                    found.append(f"{member.name}: what looks like a key")
    return found, files


def unpack(layers: list[Path], root: Path) -> None:
    """The file system that the layers make, with what later ones take away gone."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for layer in layers:
        with tarfile.open(layer) as archive:
            for member in archive:
                path = root / member.name
                if path.name.startswith(".wh."):
                    gone = path.with_name(path.name.removeprefix(".wh."))
                    if gone.is_dir() and not gone.is_symlink():
                        shutil.rmtree(gone)
                    else:
                        gone.unlink(missing_ok=True)
                    continue
                archive.extract(member, root, numeric_owner=True, filter="fully_trusted")


def run(home: Path, root: Path) -> None:
    """Migrations, web, worker and beat out of the image, against a PostgreSQL and a Redis of this machine."""
    servers = Stack(home / "servers")
    try:
        environ = environment(servers.start({}))
        with ExitStack() as stack:
            media = home / "media"
            media.mkdir(exist_ok=True)
            os.chown(media, USER, USER)
            tries = ["/bin/sh", "-c", "touch /tmp/x && ! touch /opt/tesigo/x 2> /dev/null"]
            write_test = inside(root, media, environ, tries, bare=True)
            assert write_test.wait(timeout=60) == 0, "the root can be written to, or nothing runs in the image"
            migrated = inside(root, media, environ, ["migrate", "--no-input", "--verbosity=0"])
            assert migrated.wait(timeout=BOUNDED_SECONDS * 3) == 0, "migrations failed"
            print("migrated out of the image, its root read-only", flush=True)
            started = {
                name: stack.enter_context(running(root, media, environ, name)) for name in ("web", "worker", "beat")
            }
            wait(lambda: status(environ, "/ready") == 200, "the site is not ready")
            assert status(environ, "/signin/") == 200
            assert status(environ, "/static/img/mark.svg") in {200, 404}
            for name, process in started.items():
                assert process.poll() is None, f"{name} ended"
                assert uids(process.pid) <= {USER}, (name, uids(process.pid))
            ping = ["python", "-m", "celery", "-A", "tesigo", "inspect", "ping", "--timeout=5"]
            wait(lambda: inside(root, media, environ, ping, bare=True).wait(timeout=60) == 0, "no worker answers")
            print("web, worker and beat run read-only as user 10001; the site is ready, the worker answers", flush=True)
    finally:
        servers.stop()


def environment(urls: dict[str, str]) -> dict[str, str]:
    """Production's, with keys that lead nowhere; nothing here is ever called."""
    filler = strong_secret()
    return urls | {
        "SITE_URL": "https://tesigo.example", "PORT": str(free_port()), "EMAIL_URL": "smtp+tls://mail.example:587",
        "OPENAI_API_KEYS": f"sk-{filler}", "STRIPE_SECRET_KEY": f"sk_live_{filler}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{filler}", "ALERT_EMAILS": "staff@tesigo.example",
        "CONTACT_EMAIL": "contact@tesigo.example", "IMPRINT": "TesiGo", "SELLER_ADDRESS": "1 Example Street",
        "SECRET_KEY": strong_secret(), "SIGNIN_SECRET": strong_secret(), "API_JWT_SECRET": strong_secret(),
    }  # fmt: skip


#: By its path: that of the image names no sbin.
CHROOT = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin:/bin")


def inside(
    root: Path, media: Path, environ: dict[str, str], words: list[str], *, bare: bool = False
) -> subprocess.Popen[bytes]:
    """A program of the image as its user, its root read-only, with a /tmp of its own: as `docker run --read-only`."""
    start = words if bare else ["deploy/image/run", *words]
    script = (
        f"mount --bind {root} {root} && mount -o remount,ro,bind {root} && mount -t tmpfs tmpfs {root}/tmp"
        f" && mount --bind {media} {root}/var/lib/tesigo/media && mount -t proc proc {root}/proc"
        f" && mount --rbind /dev {root}/dev && cd {root}"
        f' && exec {CHROOT} --userspec={USER}:{USER} --groups= {root} sh -c \'cd /opt/tesigo && exec "$@"\' sh "$@"'
    )
    image = {
        "PATH": "/opt/tesigo/.venv/bin:/usr/bin:/bin", "HOME": "/tmp", "XDG_CACHE_HOME": "/tmp", "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", "TESIGO_ENV": "production", "TRUSTED_PROXY_COUNT": "1",
        "MEDIA_ROOT": "/var/lib/tesigo/media", "STATIC_ROOT": "/opt/tesigo/static-collected",
    }  # fmt: skip
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", *start]
    return subprocess.Popen(command, env=image | environ, start_new_session=True)


@contextmanager
def running(root: Path, media: Path, environ: dict[str, str], name: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the processes, for the time of the block."""
    process = inside(root, media, environ, [name])
    try:
        yield process
    finally:
        # The first process of the namespace takes the others along; a change of user loses what unshare set.
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        process.kill()
        process.wait()


def uids(pid: int) -> set[int]:
    """The users of the processes below a process of ours, but for those that only hold the namespace."""
    found, todo = set(), [pid]
    while todo:
        one = todo.pop()
        children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        todo += map(int, children)
        name = Path(f"/proc/{one}/comm").read_text().strip()
        uid = re.search(r"^Uid:\s+(\d+)", Path(f"/proc/{one}/status").read_text(), re.MULTILINE)
        if uid and name not in {"unshare", "sh"}:
            found.add(int(uid[1]))
    return found


def status(environ: dict[str, str], path: str) -> int:
    """What the site answers, as a proxy of ours would ask it."""
    site = HTTPConnection("127.0.0.1", int(environ["PORT"]), timeout=10)
    try:
        site.request(
            "GET", path, headers={"Host": "tesigo.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "::1"}
        )
        return site.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        site.close()


def wait(condition: Callable[[], bool], what: str) -> None:
    """Returns once it holds; raises RuntimeError when it does not in time."""
    deadline = time.monotonic() + BOUNDED_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(what)
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
