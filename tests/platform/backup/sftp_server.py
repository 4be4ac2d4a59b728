"""A real SFTP server on loopback, on a folder: paramiko's own server side behind a real socket."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko import common, sftp

USER = "backup"


@dataclass
class Served:
    """Where it listens, and what a client needs. ``limit_bytes``: a write that goes beyond meets a full disk."""

    root: Path
    port: int
    key_file: Path
    known_hosts: Path
    limit_bytes: int | None = None
    #: Whether what is written arrives with its first byte changed.
    flips: bool = False


class _Door(paramiko.ServerInterface):
    def __init__(self, allowed: paramiko.PKey) -> None:
        self._allowed = allowed

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        is_known = username == USER and key.asbytes() == self._allowed.asbytes()
        return common.AUTH_SUCCESSFUL if is_known else common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED if kind == "session" else common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"


class _Handle(paramiko.SFTPHandle):
    served: Served
    readfile: IO[bytes]
    writefile: IO[bytes]

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def write(self, offset: int, data: Any) -> int:
        if self.served.limit_bytes is not None and offset + len(data) > self.served.limit_bytes:
            return sftp.SFTP_FAILURE
        if self.served.flips and offset == 0:
            data = bytes([data[0] ^ 1]) + data[1:]
        return super().write(offset, data)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: paramiko.ServerInterface, served: Served) -> None:
        super().__init__(server)
        self._served = served

    def _at(self, path: str) -> Path:
        return self._served.root / path.lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            return [paramiko.SFTPAttributes.from_stat(item.stat(), item.name) for item in self._at(path).iterdir()]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._at(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            descriptor = os.open(self._at(path), flags, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = _Handle(flags)
        handle.served = self._served
        file = os.fdopen(descriptor, "wb" if flags & os.O_WRONLY else "rb")
        handle.readfile = handle.writefile = file
        return handle

    def remove(self, path: str) -> int:
        return self._done(self._at(path).unlink)

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._done(self._at(path).mkdir)

    def rmdir(self, path: str) -> int:
        return self._done(self._at(path).rmdir)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._done(lambda: self._at(oldpath).replace(self._at(newpath)))

    def _done(self, act: Callable[[], object]) -> int:
        try:
            act()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return sftp.SFTP_OK


@contextmanager
def sftp_server(home: Path) -> Iterator[Served]:
    """Serves ``home/served`` until the end of the block."""
    root = home / "served"
    root.mkdir(parents=True)
    own, guest = home / "host_key", home / "client_key"
    for path in (own, guest):
        path.touch(mode=0o600)
        path.write_bytes(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
            )
        )
    host_key, client_key = (paramiko.Ed25519Key.from_private_key_file(str(path)) for path in (own, guest))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        hosts = home / "known_hosts"
        hosts.write_text(f"[127.0.0.1]:{port} {host_key.get_name()} {host_key.get_base64()}\n")
        served = Served(root, port, guest, hosts)
        transports: list[paramiko.Transport] = []

        def greet(connection: socket.socket) -> None:
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, served)
            # A client that goes in the middle, as one that does not know this host, ends nobody else's connection.
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Door(client_key))

        def serve() -> None:
            with suppress(OSError):  # the listener was closed
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=greet, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield served
        finally:
            listener.close()
            for transport in transports:
                transport.close()
