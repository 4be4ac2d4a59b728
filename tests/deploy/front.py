"""nginx as `deploy/nginx` has it, on ports of this machine, in front of a web process of the test environment."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path

from tesigo.platform.paths import ROOT
from tesigo.platform.processes import free_port, port_is_free, wait_until

CONFIGURATION = ROOT / "deploy" / "nginx"
NAME = "tesigo.example"
SITE = f"https://{NAME}"
START_SECONDS = 180
#: A static file that the web process serves.
KEPT = "kept.css"


def make_certificate(folder: Path, name: str = NAME) -> Path:
    """A certificate of our own for `name` and its key, as files for nginx; returns the certificate."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", folder / "privkey.pem",
         "-out", folder / "fullchain.pem"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return folder / "fullchain.pem"


def lay_out(home: Path, *, http: int = 80, https: int = 443) -> Path:
    """A copy of the configuration below `home` that listens on loopback only; returns its `nginx.conf`.

    Nothing else is changed: what is tried is what is deployed.
    """
    folder = home / "nginx"
    shutil.copytree(CONFIGURATION, folder)
    shutil.copy("/etc/nginx/mime.types", folder)
    make_certificate(folder / "tls")
    (home / "cache").mkdir()
    (folder / "place.conf").write_text(f"pid {home}/nginx.pid;\n")
    for file in folder.glob("*.conf"):
        text = file.read_text()
        text = text.replace("    listen [::]:80 default_server;\n", "").replace("    listen [::]:80;\n", "")
        text = text.replace("    listen [::]:443 ssl http2 default_server;\n", "")
        text = text.replace("    listen [::]:443 ssl http2;\n", "")
        text = text.replace("listen 80", f"listen 127.0.0.1:{http}").replace("listen 443", f"listen 127.0.0.1:{https}")
        text = text.replace("/etc/nginx", str(folder)).replace("/var/cache/nginx", f"{home}/cache")
        text = text.replace("/var/www/acme", f"{home}/acme").replace("/dev/stdout", f"{home}/access.log")
        file.write_text(text)
    return folder / "nginx.conf"


def command_of(home: Path, *arguments: str) -> list[str]:
    """nginx on the laid-out configuration; its workers stay root where we are, for they read a test's folder."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise RuntimeError("nginx is missing; `bin/bootstrap --tests` installs it.")
    words = [program, "-p", str(home), "-c", str(home / "nginx" / "nginx.conf"), "-e", str(home / "error.log")]
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    return [*words, "-g", directives, *arguments]


def nginx(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Checks the configuration (`-t`) or gives the running nginx a signal (`-s`)."""
    return subprocess.run(command_of(home, *arguments), capture_output=True, text=True, check=False, timeout=60)


def point_at(home: Path, *ports: int) -> None:
    """Writes `upstream.conf` anew with the processes that serve."""
    text = (CONFIGURATION / "upstream.conf").read_text()
    lines = [line for line in text.splitlines() if not line.strip().startswith("server ")]
    (example,) = {line.replace("8001", "PORT") for line in text.splitlines() if ":8001 " in line}
    at = next(number for number, line in enumerate(lines) if "zone" in line)
    lines[at + 1 : at + 1] = [example.replace("PORT", str(port)) for port in ports]
    (home / "nginx" / "upstream.conf").write_text("\n".join(lines) + "\n")


@dataclass(frozen=True)
class Front:
    """The running front: where it listens, and how it is asked."""

    home: Path
    http: int
    https: int
    web_port: int

    def ask(
        self, method: str, path: str, *, body: object = None, secure: bool = True, **headers: str
    ) -> tuple[HTTPResponse, bytes]:
        """One request over TLS (or plain http), checked against our certificate; the answer and its body."""
        with ExitStack() as stack:
            connection: HTTPConnection
            if secure:
                connection = HTTPSConnection("127.0.0.1", self.https, timeout=60, context=self.context())
                connection.sock = self.socket()
            else:
                connection = HTTPConnection("127.0.0.1", self.http, timeout=60)
            stack.callback(connection.close)
            named = {"Host": NAME} | {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)  # type: ignore[arg-type]  # bytes or a file
            answer = connection.getresponse()
            return answer, answer.read()

    def context(self, *, protocols: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLContext:
        """Trusts our own certificate only."""
        context = ssl.create_default_context(cafile=self.home / "nginx" / "tls" / "fullchain.pem")
        context.set_alpn_protocols(list(protocols))
        return context

    def socket(self, *, name: str = NAME, protocols: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLSocket:
        """A connection with TLS for `name`."""
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=60)
        try:
            return self.context(protocols=protocols).wrap_socket(plain, server_hostname=name)
        except BaseException:
            plain.close()
            raise

    def log(self) -> str:
        """What nginx wrote of requests."""
        return (self.home / "access.log").read_text()


@contextmanager
def web_process(home: Path) -> Iterator[int]:
    """A web server of the test environment behind one proxy; its port, once it is alive."""
    environ = os.environ | {"TRUSTED_PROXY_COUNT": "1", "SITE_URL": SITE, "ALLOWED_HOSTS": NAME}
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", "--host=127.0.0.1", f"--port={port}"]
    command += ["--lifespan=off", "--no-access-log", "--no-server-header", "--no-proxy-headers"]
    command += ["--timeout-keep-alive=75", "--timeout-graceful-shutdown=5"]
    log = home / "web.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT)
    try:
        if not wait_until(lambda: is_alive(port), seconds=START_SECONDS, pause=0.2):
            raise RuntimeError(f"The web process did not start:\n{log.read_text()[-2_000:]}")
        yield port
    finally:
        process.kill()
        process.wait()


def is_alive(port: int) -> bool:
    """Whether a web process answers at the port."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health", headers={"Host": NAME, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def front(home: Path) -> Iterator[Front]:
    """A web process and nginx before it."""
    (Path(os.environ["STATIC_ROOT"]) / KEPT).write_text("/* of the last version */\n")
    with web_process(home) as port:
        http, https = free_port(), free_port()
        lay_out(home, http=http, https=https)
        point_at(home, port)
        with (home / "nginx.log").open("w") as output:
            process = subprocess.Popen(command_of(home), stdout=output, stderr=subprocess.STDOUT)
        try:
            if not wait_until(lambda: not port_is_free(https), seconds=30):
                raise RuntimeError(f"nginx did not start:\n{(home / 'nginx.log').read_text()}")
            yield Front(home, http, https, port)
        finally:
            process.terminate()
            process.wait(timeout=30)
