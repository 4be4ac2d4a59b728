"""Compressed by zstd, then encrypted by gpg, as it comes: memory stays flat whatever the size.

gpg itself would compress seven times slower. It writes out what it decrypts before it knows whether anybody changed
it: what `unseal` hands over counts only once it has returned, `unseal_to` leaves no file behind otherwise.
"""

import hashlib
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

import zstandard

from tesigo.platform.backup import gpg
from tesigo.platform.backup.errors import Damaged, EncryptionFailed, WrongKey
from tesigo.platform.backup.gpg import Recipients

LEVEL: Final = 3
#: Read and written at a time.
BLOCK_BYTES: Final = 1024 * 1024
#: Time for gpg to end once its input has.
_END_SECONDS: Final = 600
#: Of memory that a compressed stream may ask for; ours ask for 8 MiB or less.
_WINDOW_MAX_BYTES: Final = 128 * 1024 * 1024


@dataclass(frozen=True)
class Plain:
    """Size and hash of what went in, or came out."""

    bytes: int
    sha256: str


def seal(chunks: Iterable[bytes], *, to: Recipients, take: Callable[[bytes], None], level: int = LEVEL) -> Plain:
    """Compresses and encrypts; ``take`` gets the result in blocks, in a thread of its own.

    Raises `EncryptionFailed`, or whatever ``chunks`` or ``take`` raised; gpg is gone in any case.
    """
    words = ["--no-autostart", "--no-options", "--trust-model", "always", "--compress-algo", "none", "--encrypt"]
    for fingerprint in to.fingerprints:
        words += ["--recipient", fingerprint]
    digest, size = hashlib.sha256(), 0
    compressor = zstandard.ZstdCompressor(level=level).compressobj()
    with _piped(gpg.command(to.home, *words), take) as pipe:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            pipe.write(compressor.compress(chunk))
        pipe.write(compressor.flush())
    return Plain(size, digest.hexdigest())


def unseal(
    chunks: Iterable[bytes],
    *,
    take: Callable[[bytes], None],
    home: Path | None = None,
    passphrase_file: Path | None = None,
) -> Plain:
    """Decrypts and decompresses. **Nothing that ``take`` got may be used unless this returns.**

    ``home`` is where gpg finds the private key; None: where it always does. Raises `WrongKey`, `EncryptionFailed`
    (changed, cut off), `Damaged` (not a whole zstd stream), or what ``chunks`` or ``take`` raised.
    """
    words = ["--no-options", "--decrypt"]
    if passphrase_file:
        words = ["--pinentry-mode", "loopback", "--passphrase-file", str(passphrase_file), *words]
    digest, size = hashlib.sha256(), 0
    stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW_MAX_BYTES).decompressobj()

    def decompress(block: bytes) -> None:
        nonlocal size
        if stream.eof:
            raise Damaged("Something follows the end of the compressed stream.")
        try:
            plain = stream.decompress(block)
        except zstandard.ZstdError as error:
            raise Damaged("The compressed stream is damaged.") from error
        digest.update(plain)
        size += len(plain)
        take(plain)

    with _piped(gpg.command(home, *words), decompress) as pipe:
        for chunk in chunks:
            pipe.write(chunk)
    if not stream.eof or stream.unused_data:
        raise Damaged("The compressed stream does not end where it should.")
    return Plain(size, digest.hexdigest())


def unseal_to(
    path: Path,
    chunks: Iterable[bytes],
    *,
    home: Path | None = None,
    passphrase_file: Path | None = None,
    sha256: str | None = None,
) -> Plain:
    """Decrypts into a file that exists under its name only when all of it was right, and has the hash ``sha256``."""
    draft = path.with_name(f".{path.name}.unsealing")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            plain = unseal(chunks, take=lambda block: _write(file, block), home=home, passphrase_file=passphrase_file)
        if sha256 is not None and plain.sha256 != sha256:
            raise Damaged(f"{path.name} is not what its hash says.")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return plain


def _write(file: IO[bytes], block: bytes) -> None:
    file.write(block)


class _Pipe:
    """The way into a program whose output a thread takes."""

    def __init__(self, process: "subprocess.Popen[bytes]", take: Callable[[bytes], None]) -> None:
        self._process, self._take = process, take
        self._errors: list[BaseException] = []
        self._words = bytearray()
        self._threads = [
            threading.Thread(target=self._read_output, name="gpg-output", daemon=True),
            threading.Thread(target=self._read_words, name="gpg-words", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def write(self, block: bytes) -> None:
        """Hands a block over; waits while the program is busy. What the taker raised, this raises."""
        assert self._process.stdin is not None
        if self._errors:
            raise self._errors[0]
        try:
            if block:
                self._process.stdin.write(block)
        except BrokenPipeError:
            self.finish()  # which says why it went
            raise EncryptionFailed("gpg went away before its input ended.") from None

    def finish(self) -> None:
        """Ends the input and waits for the end; raises what went wrong."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        for thread in self._threads:
            thread.join(_END_SECONDS)
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise EncryptionFailed(f"gpg did not end within {_END_SECONDS} s.") from error
        # gpg's own verdict goes first: what it wrote before may have been anything.
        broken = self._errors[0] if self._errors else None
        if broken is not None and not isinstance(broken, Damaged):
            raise broken
        if code:
            words = gpg.said(bytes(self._words))
            if "No secret key" in words:
                raise WrongKey(f"gpg: {words}: the private key is none of those it was encrypted to.")
            raise EncryptionFailed(f"gpg: {words or f'ended with code {code}'}")
        if broken is not None:
            raise broken

    def abandon(self) -> None:
        """Ends the program, whatever it was doing."""
        self._process.kill()
        self._process.wait(_END_SECONDS)
        for thread in self._threads:
            thread.join(_END_SECONDS)
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        for block in blocks(self._process.stdout):
            if self._errors:
                continue  # read on, so that gpg can end
            try:
                self._take(block)
            except BaseException as error:
                self._errors.append(error)

    def _read_words(self) -> None:
        assert self._process.stderr is not None
        while block := self._process.stderr.read(4096):
            if len(self._words) < 65_536:
                self._words += block


@contextmanager
def _piped(words: list[str], take: Callable[[bytes], None]) -> Iterator[_Pipe]:
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=gpg.environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        pipe = _Pipe(process, take)
        try:
            yield pipe
            pipe.finish()
        except BaseException:
            pipe.abandon()
            raise


class Readable(Protocol):
    """What can be read in blocks."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""


def blocks(file: Readable, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The content in blocks of at most ``size``."""
    while block := file.read(size):
        yield block


def hash_of(chunks: Iterable[bytes]) -> Plain:
    """Size and SHA-256 of a stream."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return Plain(size, digest.hexdigest())
