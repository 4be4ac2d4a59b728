"""Two versions side by side: documents are written and students click while one takes the other's place (R-130).

`python -m tests.faults.blue_green` runs the whole drill: DOCUMENTS=20 CLIENTS=50 OLD=main~5 choose, and OLD_DATABASE
may name a dump of the old version's database, which the new version's migrations then change while the old one serves.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tesigo.platform.paths import ROOT
from tesigo.platform.processes import LOOPBACK, free_port
from tests.faults import units

if TYPE_CHECKING:
    from documents.models import Document
    from sandbox.client import Control

SCRIPT = ROOT / "deploy" / "blue_green" / "blue_green.py"
#: Seconds within which a crowd's page is there again after everything.
READY_SECONDS = 60
_NGINX = """
daemon off; pid nginx.pid; error_log error.log warn; worker_processes 1; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
    map $http_upgrade $connection_to_upstream {{ default upgrade; "" ""; }}
    include upstream.conf;
    server {{
        listen {host}:{port};
        location / {{
            proxy_pass http://tesigo;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_to_upstream;
            proxy_connect_timeout 2s;
            proxy_next_upstream error timeout;
        }}
    }}
}}
"""
_UPSTREAM = """upstream tesigo {{
    zone tesigo 64k;
    server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;
    keepalive 32;
}}
"""


def check_out(ref: str, folder: Path) -> Path:
    """The project as it was at ``ref``, in a folder of its own."""
    folder.mkdir(parents=True)
    packed = subprocess.run(["git", "archive", ref], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
    return folder


class Server:
    """One server: nginx, and two colours of which blue serves. Everything lies below ``home``."""

    def __init__(self, home: Path, *, blue: Path, green: Path, environ: Mapping[str, str], migrates: bool) -> None:
        self.home = home
        self.units = home / "units"
        self.nginx = home / "nginx"
        for folder in (self.units, self.nginx / "tmp"):
            folder.mkdir(parents=True)
        self.environ = dict(environ)
        self._migrates = migrates
        self._program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        assert self._program, "bin/bootstrap --tests installs nginx"
        self.ports = {"blue": free_port(), "green": free_port()}
        self._define("blue", blue)
        self._define("green", green)
        self._configure()

    def start(self) -> None:
        """Blue serves, behind nginx."""
        for name in ("web-blue", "worker-blue", "beat-blue", "nginx"):
            units.start(self.units, name)

    def stop(self) -> None:
        """Ends everything."""
        units.kill_all(self.units)

    def deploy(self, *words: str, seconds: float = 200) -> subprocess.CompletedProcess[str]:
        """Runs the script as an operator would."""
        command = [sys.executable, SCRIPT, "--config", self.home / "blue_green.toml", *(words or ("deploy",))]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)

    def state(self) -> dict[str, str]:
        """What the script has written down."""
        found: dict[str, str] = json.loads((self.home / "state.json").read_text())
        return found

    def runs(self, name: str) -> bool:
        """Whether a unit does."""
        return units._pid(self.units, name) is not None

    def redefine_web(self, colour: str, **environ: str) -> None:
        """The same version with other settings."""
        file = self.units / f"web-{colour}.json"
        unit = json.loads(file.read_text())
        unit["environ"] |= environ
        file.write_text(json.dumps(unit))

    def _define(self, colour: str, folder: Path) -> None:
        web = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", f"--host={LOOPBACK}"]
        web += [f"--port={self.ports[colour]}", "--lifespan=off", "--no-access-log", "--no-server-header"]
        web += ["--no-proxy-headers", "--timeout-keep-alive=75", "--timeout-graceful-shutdown=5"]
        from tests.faults import workers  # which needs the environment

        environ = self.environ
        units.define(self.units, f"web-{colour}", web, cwd=folder, environ=environ)
        worker = [*workers.command(processes=2), f"--hostname={colour}@drill"]
        units.define(
            self.units, f"worker-{colour}", worker, cwd=folder, environ=environ | {"REMAP_SIGTERM": "SIGQUIT"},
            ready="ready.",
        )  # fmt: skip
        beat = [sys.executable, "-m", "celery", "--quiet", "-A", "tesigo", "beat", "--loglevel=INFO", "--pidfile="]
        units.define(self.units, f"beat-{colour}", beat, cwd=folder, environ=environ)
        migrate = [sys.executable, "manage.py", "migrate", "--no-input", "--skip-checks"]
        script = f"cd {folder} && exec {' '.join(migrate)}"
        (self.units / f"migrate-{colour}.sh").write_text(script)

    def _configure(self) -> None:
        user = "user root;" if os.geteuid() == 0 else ""
        conf = _NGINX.format(host=LOOPBACK, port=self.environ["SITE_PORT"], user=user)
        (self.nginx / "nginx.conf").write_text(conf)
        (self.nginx / "upstream.conf").write_text(_UPSTREAM.format(port=self.ports["blue"]))
        nginx = [str(self._program), "-p", str(self.nginx), "-c", "nginx.conf"]
        units.define(self.units, "nginx", nginx, cwd=self.nginx, environ={"PATH": os.environ["PATH"]})
        control = [sys.executable, "-m", "tests.faults.units", str(self.units)]
        lines = {
            "state": str(self.home / "state.json"),
            "upstream": str(self.nginx / "upstream.conf"),
            "host": f"{LOOPBACK}:{self.environ['SITE_PORT']}",
            "check_nginx": [*nginx, "-t", "-q"],
            "reload_nginx": [*nginx, "-s", "reload"],
            "ready_seconds": READY_SECONDS,
        }
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        for colour, other in (("blue", "green"), ("green", "blue")):
            migrate = [["sh", str(self.units / f"migrate-{colour}.sh")]] if self._migrates else []
            steps: dict[str, Any] = {
                "ports": [self.ports[colour]],
                "migrate": migrate,
                "start": [[*control, "start", f"web-{colour}"]],
                "start_workers": [[*control, "start", f"worker-{colour}"]],
                "take_beat": [[*control, "stop", f"beat-{other}"], [*control, "start", f"beat-{colour}"]],
                "stop": [[*control, "stop", f"web-{colour}"]],
                "stop_workers": [[*control, "stop", f"worker-{colour}"]],
            }
            text += f"[colours.{colour}]\n"
            text += "".join(f"{name} = {json.dumps(value)}\n" for name, value in steps.items())
        (self.home / "blue_green.toml").write_text(text)


@contextmanager
def crowd(site: str, documents: "list[Document]", clients: int) -> Iterator[tuple[Any, Counter[str], Counter[str]]]:
    """``clients`` students, of whom each owns one of the documents; what they lost, and what they did."""
    from tests.faults.crowd import Clicking

    trouble: Counter[str] = Counter()
    done: Counter[str] = Counter()
    students = [Clicking(site, documents[number % len(documents)], trouble, done) for number in range(clients)]
    for student in students:
        student.start()
    try:
        yield students, trouble, done
    finally:
        for student in students:
            student.stop()


def wait_for_page(site: str) -> None:
    """Returns when the site has a page."""
    import httpx

    from tests.faults import workers

    def is_there() -> bool:
        try:
            return httpx.get(f"{site}/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    workers.wait_until(is_there, "the site does not answer", seconds=READY_SECONDS)


def drill(server: Server, control: "Control", *, documents: int, clients: int, say: Any) -> dict[str, Any]:
    """One change of versions under load; what was seen. Raises AssertionError for a promise that was broken."""
    from tests.faults import workers
    from tests.faults.promises import assert_promises_kept, ordered, wait_for_end
    from tests.faults.watching import watching

    site = server.environ["SITE_URL"]
    control.settings(latency={"openai": "0.5-1.5", "anthropic": "0.5-1.5"})
    with watching() as watch:
        mine = [ordered() for _ in range(max(1, documents // 2))]
        with crowd(site, mine, clients) as (students, trouble, done):
            workers.wait_until(lambda: done["lines opened"] >= clients, "the live lines do not open")
            began = time.monotonic()
            change = subprocess.Popen(
                [sys.executable, SCRIPT, "--config", server.home / "blue_green.toml", "deploy"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            while change.poll() is None:
                if len(mine) < documents:
                    mine.append(ordered())
                time.sleep(0.5)
            took = time.monotonic() - began
            told = change.stdout.read() if change.stdout else ""
            mine += [ordered() for _ in range(documents - len(mine))]
            say(told)
            assert change.returncode == 0, told
            wait_for_end(*mine, nudged=False, seconds=180)

            def all_hear() -> bool:
                """A new line tells where the document stands as soon as it is open."""
                return all(student.opened > 1 and student.is_told for student in students)

            workers.wait_until(all_hear, "a live line stayed dead", seconds=40)
        for document in mine:
            assert_promises_kept(document, watch)
    seen = {"seconds": round(took, 1), "documents": len(mine), **done, "lost": dict(trouble)}
    say(json.dumps(seen, indent=2))
    assert not trouble, trouble
    return seen


def main() -> int:
    """The whole drill, in an environment as tests have it."""
    from tests import environment

    environment.prepare()
    import django

    django.setup()
    import psycopg

    from sandbox.testing import run_in_thread
    from tesigo.platform.postgres_server import find_programs

    documents, clients = int(os.environ.get("DOCUMENTS") or 20), int(os.environ.get("CLIENTS") or 50)
    ref, dump = os.environ.get("OLD") or "HEAD~1", os.environ.get("OLD_DATABASE")
    home = environment.HOME / "blue_green"
    shutil.rmtree(home, ignore_errors=True)
    url = os.environ["DATABASE_URL"]
    if dump:
        name = environment.database_name()
        with psycopg.connect(environment.with_database(url, "postgres"), autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        load = [find_programs() / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "-f", dump, url]
        subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
    else:
        environment.create_database()
    old = check_out(ref, home / "old")
    running = Server(home, blue=old, green=ROOT, environ=os.environ | {"TRUSTED_PROXY_COUNT": "1"}, migrates=bool(dump))
    try:
        with run_in_thread(
            port=int(os.environ["SANDBOX_PORT"]),
            smtp_port=int(os.environ["SANDBOX_SMTP_PORT"]),
            webhook_secret=os.environ["STRIPE_WEBHOOK_SECRET"],
        ) as sandbox:
            running.start()
            wait_for_page(os.environ["SITE_URL"])
            print(f"blue is {ref}, green is this tree; {documents} documents, {clients} students", flush=True)
            drill(running, sandbox.control, documents=documents, clients=clients, say=print)
            running.redefine_web("blue", MEDIA_ROOT="/proc/nowhere")
            ended = running.deploy("deploy", "--no-migrate")
            print(ended.stdout, f"exit code {ended.returncode}", flush=True)
            assert ended.returncode == 3
            wait_for_page(os.environ["SITE_URL"])
    finally:
        running.stop()
        environment.drop_database()
    print("Every promise was kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
