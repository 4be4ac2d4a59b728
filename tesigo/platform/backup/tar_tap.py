"""A look into a tar that passes by: pg_basebackup's manifest is its last entry, and is needed for the next backup."""

from typing import Final

from tesigo.platform.backup.errors import SourceFailed

_BLOCK_BYTES: Final = 512


class TarTap:
    """Takes the bytes of a tar as they come and keeps the content of one entry."""

    def __init__(self, name: str) -> None:
        self._wanted = name.encode()
        self._header = bytearray()
        self._left = 0
        self._padding = 0
        self._is_wanted = False
        self.found: bytearray | None = None

    def feed(self, chunk: bytes) -> None:
        """Looks at the next bytes. Raises `SourceFailed` for what is no tar."""
        view = memoryview(chunk)
        while view:
            if self._left:
                piece = view[: self._left]
                if self._is_wanted and self.found is not None:
                    self.found += piece
                self._left -= len(piece)
            elif self._padding:
                piece = view[: self._padding]
                self._padding -= len(piece)
            else:
                piece = view[: _BLOCK_BYTES - len(self._header)]
                self._header += piece
                if len(self._header) == _BLOCK_BYTES:
                    self._begin_entry(bytes(self._header))
                    self._header.clear()
            view = view[len(piece) :]

    def _begin_entry(self, header: bytes) -> None:
        if not any(header):
            return  # the end is blocks of nothing
        if header[257:262] != b"ustar":
            raise SourceFailed("What pg_basebackup sends is no tar.")
        size = header[124:136]
        # Octal digits, or binary for what they cannot hold.
        self._left = int.from_bytes(size[1:], "big") if size[0] & 0x80 else int(size.rstrip(b"\0 ") or b"0", 8)
        self._padding = -self._left % _BLOCK_BYTES
        self._is_wanted = header[:100].rstrip(b"\0") == self._wanted
        if self._is_wanted:
            self.found = bytearray()
