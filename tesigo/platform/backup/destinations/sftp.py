"""A server that speaks SFTP. Only a host whose key is known is talked to."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import Final

import paramiko

from tesigo.platform.backup.destinations.base import SENDING, Destination, Entry, check_prefix
from tesigo.platform.backup.encryption import BLOCK_BYTES, blocks
from tesigo.platform.backup.errors import DestinationError, Full, NotConfigured, NotThere, Refused, Unreachable

#: Seconds to connect, and for each step of signing in.
_CONNECT_SECONDS: Final = 10.0
#: Seconds without a word.
_SILENCE_SECONDS: Final = 60.0
#: What servers say, having no code for it.
_FULL_WORDS: Final = ("no space", "quota", "disk full")


class SftpServer(Destination):
    """Below ``root`` on a server; connects at the first call.

    ``user`` signs in with the private key in ``key_file``; ``known_hosts`` holds the server's public key as ssh-keyscan
    prints it.
    """

    def __init__(
        self,
        name: str,
        *,
        host: str,
        root: str,
        user: str,
        key_file: Path,
        known_hosts: Path,
        port: int = 22,
        silence_seconds: float = _SILENCE_SECONDS,
    ) -> None:
        super().__init__(name)
        self._host, self._port, self._user = host, port, user
        self._root = PurePosixPath(root or ".")
        self._key_file, self._known_hosts = key_file, known_hosts
        self._silence_seconds = silence_seconds
        self._ssh: paramiko.SSHClient | None = None
        self._sftp: paramiko.SFTPClient | None = None
        self._made: set[PurePosixPath] = set()

    def get(self, path: str) -> Iterator[bytes]:
        """The content in blocks, several asked for ahead."""
        with self._guarding(path), self._client().open(self._at(path), "rb") as file:
            size = file.stat().st_size or 0
            file.prefetch(size, max_concurrent_requests=64)
            yield from blocks(file, BLOCK_BYTES)

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """All files below a folder, in the order of their paths."""
        check_prefix(prefix)
        with self._guarding(prefix):
            yield from self._walk(prefix)

    def stat(self, path: str) -> Entry | None:
        """Size and time; None when it is not there."""
        try:
            with self._guarding(path):
                return _entry(path, self._client().stat(self._at(path)))
        except NotThere:
            return None

    def delete(self, path: str) -> None:
        """Removes it, and folders that became empty."""
        with suppress(NotThere), self._guarding(path):
            self._client().remove(self._at(path))
        for folder in PurePosixPath(path).parents:
            try:
                if folder == PurePosixPath("."):
                    break
                self._client().rmdir(str(self._root / folder))
                self._made.discard(self._root / folder)
            except OSError:
                break

    def close(self) -> None:
        """Ends the connection."""
        if self._ssh is not None:
            self._ssh.close()
        self._ssh = self._sftp = None

    def _put(self, path: str, source: Path | bytes, *, size: int, sha256: str) -> None:
        with self._guarding(path):
            client = self._client()
            self._make_folder(client, (self._root / path).parent)
            draft = self._at(path) + SENDING
            try:
                with client.open(draft, "wb") as file:
                    file.set_pipelined(True)
                    if isinstance(source, bytes):
                        file.write(source)
                    else:
                        with source.open("rb") as local:
                            for block in blocks(local):
                                file.write(block)
                known = client.stat(draft)
                if known.st_size != size:
                    raise Full(self.name)
                self._rename(client, draft, self._at(path))
            except (OSError, DestinationError):
                with suppress(OSError, EOFError, paramiko.SSHException):
                    client.remove(draft)
                raise

    def _rename(self, client: paramiko.SFTPClient, draft: str, target: str) -> None:
        try:
            client.posix_rename(draft, target)
        except OSError:  # a server without that extension
            with suppress(FileNotFoundError):
                client.remove(target)
            client.rename(draft, target)

    def _make_folder(self, client: paramiko.SFTPClient, folder: PurePosixPath) -> None:
        if folder in self._made or str(folder) in {".", "/"}:
            return
        try:
            client.stat(str(folder))
        except FileNotFoundError:
            self._make_folder(client, folder.parent)
            with suppress(FileExistsError):
                client.mkdir(str(folder), 0o700)
        self._made.add(folder)

    def _walk(self, prefix: str) -> Iterator[Entry]:
        try:
            found = self._client().listdir_attr(self._at(prefix))
        except FileNotFoundError:
            return
        for item in sorted(found, key=lambda item: item.filename):
            mode = item.st_mode or 0
            if S_ISDIR(mode):
                yield from self._walk(f"{prefix}{item.filename}/")
            elif S_ISREG(mode) and not item.filename.endswith(SENDING):
                yield _entry(f"{prefix}{item.filename}", item)

    def _at(self, path: str) -> str:
        return str(self._root / path)

    def _client(self) -> paramiko.SFTPClient:
        if self._sftp is None:
            # Kept before anything can fail, so that `close` ends what has begun.
            self._ssh = paramiko.SSHClient()
            self._load_known_hosts(self._ssh)
            self._ssh.set_missing_host_key_policy(paramiko.RejectPolicy())
            self._ssh.connect(
                self._host,
                self._port,
                self._user,
                key_filename=str(self._key_file),
                timeout=_CONNECT_SECONDS,
                banner_timeout=_CONNECT_SECONDS,
                auth_timeout=_CONNECT_SECONDS,
                channel_timeout=_CONNECT_SECONDS,
                # Nothing but the key that was named.
                allow_agent=False,
                look_for_keys=False,
            )
            sftp = self._ssh.open_sftp()
            channel = sftp.get_channel()
            assert channel is not None
            channel.settimeout(self._silence_seconds)
            self._sftp = sftp
        return self._sftp

    def _load_known_hosts(self, ssh: paramiko.SSHClient) -> None:
        try:
            ssh.load_host_keys(str(self._known_hosts))
        except OSError as error:
            raise NotConfigured(f"Known hosts of destination {self.name} cannot be read ({error.strerror}).") from error

    @contextmanager
    def _guarding(self, path: str) -> Iterator[None]:
        try:
            yield
        except DestinationError:
            raise
        except FileNotFoundError as error:
            raise NotThere(self.name, path) from error
        except PermissionError as error:
            raise Refused(self.name, f"no permission for {path}.") from error
        except paramiko.BadHostKeyException as error:
            raise Refused(self.name, "the server's key is not the one in known hosts.") from error
        except paramiko.AuthenticationException as error:
            raise Refused(self.name, "it does not take this user and key.") from error
        except (TimeoutError, EOFError, ConnectionError, socket.gaierror) as error:
            self.close()
            raise Unreachable(self.name, type(error).__name__) from error
        except paramiko.SSHException as error:
            self.close()
            if "not found in known_hosts" in str(error):
                raise Refused(self.name, "the server's key does not stand in known hosts.") from error
            raise Unreachable(self.name, type(error).__name__) from error
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT} or any(word in str(error).lower() for word in _FULL_WORDS):
                raise Full(self.name) from error
            self.close()
            raise Unreachable(self.name, error.strerror or type(error).__name__) from error


def _entry(path: str, known: paramiko.SFTPAttributes) -> Entry:
    return Entry(path, known.st_size or 0, datetime.fromtimestamp(known.st_mtime or 0, UTC))
