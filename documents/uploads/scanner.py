"""A virus scanner, where one is set: clamd, which is sent the bytes of a file (R-81; clamd(8), INSTREAM)."""

import logging
import socket
import struct
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from documents.errors import DocumentError
from tesigo.platform.breaker import Breaker, ServiceAway
from tesigo.platform.measuring import OPERATION, measured

logger = logging.getLogger(__name__)

#: Seconds to connect, and without a byte taken.
CONNECT_SECONDS: Final = 5.0
#: Seconds without an answer once all was sent; clamd's own MaxScanTime is 120.
ANSWER_SECONDS: Final = 180.0
_CHUNK_BYTES: Final = 128 * 1024
_LONGEST_ANSWER: Final = 4096
_LENGTH: Final = struct.Struct(">I")

breaker: Final = Breaker("Virus scanner", pause=30.0, longest=600.0)


class ScannerAway(ServiceAway):
    """The scanner did not say whether a file is clean: nobody may read it yet."""


class TooLong(DocumentError):
    """The scanner takes no file of this length (`StreamMaxLength`)."""


def is_set() -> bool:
    """Whether files are scanned here."""
    return bool(settings.CLAMD_URL)


def found_in(path: Path) -> str:
    """What the scanner calls what it found in a file; empty for a clean one, and where no scanner is set.

    Raises:
        ScannerAway: when it did not say.
        TooLong: when the file is longer than it takes.
    """
    if not is_set():
        return ""
    try:
        with measured(OPERATION, "virus scanner"), breaker.guarding(OSError):
            said = _asked(path)
    except OSError as error:
        raise ScannerAway("The virus scanner does not answer.") from error
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    if said.startswith("INSTREAM size limit exceeded"):
        logger.error("a file is longer than the virus scanner takes: raise its StreamMaxLength")
        raise TooLong
    raise ScannerAway("The virus scanner has not looked at a file.")


def _asked(path: Path) -> str:
    with _connected() as line, path.open("rb") as file:
        try:
            line.sendall(b"zINSTREAM\0")
            while block := file.read(_CHUNK_BYTES):
                line.sendall(_LENGTH.pack(len(block)) + block)
            line.sendall(_LENGTH.pack(0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has said why, and cut the line
        line.settimeout(ANSWER_SECONDS)
        return _answer(line)


def _connected() -> socket.socket:
    place = urlsplit(settings.CLAMD_URL)
    if place.scheme == "tcp":
        return socket.create_connection((place.hostname or "", place.port or 3310), timeout=CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(CONNECT_SECONDS)
        line.connect(place.path)
    except BaseException:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER and (block := line.recv(_LONGEST_ANSWER)):
        said += block
    if not said.endswith(b"\0"):
        raise ConnectionError("the answer was cut")
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
