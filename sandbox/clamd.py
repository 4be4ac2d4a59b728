"""clamd as far as a sender of files sees it: INSTREAM, PING and VERSION over TCP, as clamd(8) describes them.

A server of its own, for it speaks no HTTP. What holds EICAR's test string, which harms nobody, is told as found. As
with the real one a stream longer than ``StreamMaxLength`` ends with an error and the line is cut, so does whatever is
unknown, and each line takes one command.
"""

import socket
import socketserver
import struct
import time
from typing import Final

#: EICAR's test string, in two parts: scanners would find this file.
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND: Final = "Win.Test.EICAR_HDB-1"
VERSION: Final = "ClamAV 1.4.3/27800/Mon Nov 30 08:00:00 2026"
#: clamd's default of `StreamMaxLength`.
STREAM_MAX_BYTES: Final = 100 * 1024 * 1024
_LONGEST_COMMAND: Final = 64


class Clamd(socketserver.ThreadingTCPServer):
    """Listens on loopback. ``silence`` is for how many seconds it thinks before it answers; ``answer`` replaces one."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, stream_max_bytes: int = STREAM_MAX_BYTES, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Line)
        self.stream_max_bytes = stream_max_bytes
        self.silence = 0.0
        self.answer = ""
        self.scanned: list[int] = []

    @property
    def url(self) -> str:
        """As `CLAMD_URL` takes it."""
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class _Line(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        kind = self.rfile.read(1)
        ending = {b"z": b"\0", b"n": b"\n"}.get(kind)
        if ending is None:
            self._say("UNKNOWN COMMAND", b"\n")
            return
        command = bytearray()
        while not command.endswith(ending) and len(command) < _LONGEST_COMMAND and (byte := self.rfile.read(1)):
            command += byte
        name = command.rstrip(b"\0\n")
        said = {b"PING": "PONG", b"VERSION": VERSION}.get(bytes(name))
        self._say(said or (self._scan() if name == b"INSTREAM" else "UNKNOWN COMMAND"), ending)

    def _scan(self) -> str:
        data = bytearray()
        while True:
            header = self.rfile.read(4)
            if len(header) < 4:  # of a length
                return "INSTREAM: Error reading chunk size. ERROR"
            (length,) = struct.unpack(">I", header)
            if not length:
                break
            if len(data) + length > self.server.stream_max_bytes:
                return "INSTREAM size limit exceeded. ERROR"
            data += self.rfile.read(length)
        self.server.scanned.append(len(data))
        return f"stream: {FOUND} FOUND" if EICAR in data else "stream: OK"

    def _say(self, words: str, ending: bytes) -> None:
        time.sleep(self.server.silence)
        self.wfile.write((self.server.answer or words).encode() + ending)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
