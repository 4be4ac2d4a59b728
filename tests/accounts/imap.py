"""A tiny IMAP server on loopback, over TLS: one mailbox, as much of RFC 3501 as a reader of bounces says."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = "open-mailbox-7"  # pragma: allowlist secret
SECONDS = 10.0


@dataclass
class Mailbox:
    """Messages by UID with their flags. ``is_silent`` accepts and never answers; ``refuses`` says no to a login."""

    port: int = 0
    messages: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    is_silent: bool = False
    refuses: bool = False
    #: Begins without TLS; asked for it by STARTTLS, it goes on with it, unless it ``knows_no_tls``.
    begins_in_the_clear: bool = False
    knows_no_tls: bool = False
    #: What was said to it before TLS.
    in_the_clear: list[str] = field(default_factory=list)
    #: The greatest message that a FETCH handed out, in bytes.
    largest: int = 0

    def put(self, message: bytes) -> int:
        """A new message arrives."""
        uid = max(self.flags, default=0) + 1
        self.messages[uid], self.flags[uid] = message, set()
        return uid


@contextmanager
def serving(folder: Path) -> Iterator[Mailbox]:
    """The server for the block; its certificate lies in ``folder / "ca.pem"``."""
    _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    door = socket.create_server(("127.0.0.1", 0))
    # How long the end of the block may wait for the next look.
    door.settimeout(0.01)
    box, ended = Mailbox(port=door.getsockname()[1]), threading.Event()
    threads: list[threading.Thread] = []

    def listen() -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                line, _address = door.accept()
                threads.append(threading.Thread(target=_serve, args=(line, context, box, ended)))
                threads[-1].start()

    threads.append(threading.Thread(target=listen))
    threads[0].start()
    try:
        yield box
    finally:
        ended.set()
        for thread in threads:
            thread.join(SECONDS)
        door.close()


def _serve(line: socket.socket, context: ssl.SSLContext, box: Mailbox, ended: threading.Event) -> None:
    line.settimeout(SECONDS)
    with suppress(OSError):
        if box.begins_in_the_clear and not _asks_for_tls(line, box):
            line.close()
            return
        _serve_securely(line, context, box, ended)


def _asks_for_tls(line: socket.socket, box: Mailbox) -> bool:
    """What is said before TLS; false once the caller has hung up without asking for it."""
    line.sendall(b"* OK ready\r\n")
    while raw := _line(line):
        tag, _space, said = raw.decode().strip().partition(" ")
        box.in_the_clear.append(said)
        if said == "STARTTLS" and not box.knows_no_tls:
            line.sendall(f"{tag} OK begin\r\n".encode())
            return True
        offers = "IMAP4rev1" if box.knows_no_tls else "IMAP4rev1 STARTTLS"
        line.sendall(f"* CAPABILITY {offers}\r\n{tag} OK done\r\n".encode())
    return False


def _line(line: socket.socket) -> bytes:
    """The next line, read byte by byte: what follows it may be TLS. Empty at the end."""
    said = b""
    while not said.endswith(b"\n"):
        if not (byte := line.recv(1)):
            return b""
        said += byte
    return said


def _serve_securely(line: socket.socket, context: ssl.SSLContext, box: Mailbox, ended: threading.Event) -> None:
    with context.wrap_socket(line, server_side=True) as secure:
        if box.is_silent:
            ended.wait(SECONDS)
            return
        if not box.begins_in_the_clear:
            secure.sendall(b"* OK ready\r\n")
        with secure.makefile("rb") as said:
            for raw in said:
                tag, _space, rest = raw.decode().strip().partition(" ")
                secure.sendall(_answer(box, tag, rest))
                if rest.upper() == "LOGOUT":
                    return


def _answer(box: Mailbox, tag: str, said: str) -> bytes:
    words = said.upper()
    lines: list[bytes] = []
    ends = "OK done"
    if words.startswith("CAPABILITY"):
        lines = [b"* CAPABILITY IMAP4rev1"]
    elif words.startswith("LOGIN"):
        ends = "OK in" if PASSWORD in said and not box.refuses else "NO"
    elif words.startswith("SELECT"):
        ends = "OK [READ-WRITE]" if "INBOX" in words else "NO no such mailbox"
        lines = [f"* {len(box.messages)} EXISTS".encode()]
    elif words.startswith("UID SEARCH"):
        unseen = [str(uid) for uid in box.messages if "\\SEEN" not in box.flags[uid]]
        lines = [" ".join(["* SEARCH", *unseen]).encode()]
    elif found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", words):
        part = box.messages[int(found[1])][: int(found[2])]
        box.largest = max(box.largest, len(part))
        lines = [f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(part)}}}".encode() + b"\r\n" + part + b")"]
    elif found := re.match(r"UID STORE (\d+) \+FLAGS \((.*)\)", words):
        box.flags[int(found[1])] |= set(found[2].split())
    elif words.startswith("EXPUNGE"):
        for uid in [uid for uid in box.messages if "\\DELETED" in box.flags[uid]]:
            del box.messages[uid]
    return b"".join(line + b"\r\n" for line in [*lines, f"{tag} {ends}".encode()])


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = made.add_extension(here, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
