#!/usr/bin/env bash
# zstandard 0.25.0: a file that was cut off is read as a whole, shorter one; gzip, bz2 and lzma raise EOFError.
#
# A copy that ended early (a full disk, a broken connection) keeps a valid beginning. `zstandard.open` has the form of
# `gzip.open`, yet where that raises, it ends as at the end of the file. So do `stream_reader`, `read_to_iter`,
# `copy_stream` and `stream_writer`. Neither a checksum nor the size in the frame's header helps: both are checked at an
# end that is never reached. Only the one-shot `decompress` raises, and only `decompressobj` can be asked, by `.eof`.
# A backup must be read by that, or its length and hash be kept beside it.
#
# Seen:
#   whole: 3000000 bytes, with size and checksum; then half of the file:
#   gzip.open: EOFError
#   bz2.open: EOFError
#   lzma.open: EOFError
#   zstandard.open: 1499995 bytes, no error
#   stream_reader: 1499995 bytes, no error
#   read_to_iter: 1499995 bytes, no error
#   copy_stream: 1499995 bytes, no error
#   stream_writer: 1441792 bytes, no error
#   decompress: ZstdError
#   decompressobj: 1499995 bytes, no error; eof: False
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet zstandard==0.25.0
venv/bin/python - <<'PYTHON'
import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable

import zstandard

data = os.urandom(3_000_000)
whole = zstandard.ZstdCompressor(write_content_size=True, write_checksum=True).compress(data)
header = zstandard.get_frame_parameters(whole)
assert (header.content_size, header.has_checksum) == (len(data), True)
assert zstandard.ZstdDecompressor().decompress(whole) == data
print(f"whole: {len(data)} bytes, with size and checksum; then half of the file:")
cut = whole[: len(whole) // 2]
reading = zstandard.ZstdDecompressor()
seen: dict[str, str] = {}


def look(name: str, read: Callable[[], bytes]) -> None:
    try:
        got = read()
    except (EOFError, zstandard.ZstdError) as error:
        seen[name] = type(error).__name__
        print(f"{name}: {seen[name]}")
        return
    assert len(got) < len(data)
    assert data.startswith(got)
    seen[name] = "no error"
    print(f"{name}: {len(got)} bytes, no error")


def copied() -> bytes:
    out = io.BytesIO()
    reading.copy_stream(io.BytesIO(cut), out)
    return out.getvalue()


def written() -> bytes:
    out = io.BytesIO()
    with reading.stream_writer(out, closefd=False) as writer:
        writer.write(cut)
    return out.getvalue()


for module, pack in ((gzip, gzip.compress), (bz2, bz2.compress), (lzma, lzma.compress)):
    packed = pack(data)
    half = packed[: len(packed) // 2]
    look(f"{module.__name__}.open", lambda: module.open(io.BytesIO(half), "rb").read())
look("zstandard.open", lambda: zstandard.open(io.BytesIO(cut), "rb").read())
look("stream_reader", lambda: reading.stream_reader(io.BytesIO(cut)).read())
look("read_to_iter", lambda: b"".join(reading.read_to_iter(io.BytesIO(cut))))
look("copy_stream", copied)
look("stream_writer", written)
look("decompress", lambda: reading.decompress(cut))
one = reading.decompressobj()
got = one.decompress(cut) + one.flush()
print(f"decompressobj: {len(got)} bytes, no error; eof: {one.eof}")
raising = {name for name, what in seen.items() if what != "no error"}
sys.exit(0 if raising == {"gzip.open", "bz2.open", "lzma.open", "decompress"} and not one.eof else 1)
PYTHON
