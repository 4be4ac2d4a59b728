"""One file or page from an address that a stranger named (R-83)."""

import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings

from documents.fetching.errors import NotFetched, Why
from documents.fetching.network import CheckedNetwork, Clock
from documents.sources.found import url as web_address

#: Bytes of one file, counted as they are unpacked, and seconds for all of it: names, redirects, body.
MAX_BYTES: Final = 64 * 1024 * 1024
SECONDS: Final = 20.0
MAX_REDIRECTS: Final = 5
_READ_SECONDS: Final = 8.0
#: Where web servers listen; others have no pages for readers.
_PORTS: Final = frozenset({None, 80, 443, 8080, 8443})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({404, 410})
_REFUSED: Final = frozenset({401, 402, 403, 407, 429, 451})
#: Packings that are understood, and whether there is anything to unpack. Only gzip is asked for.
_PACKINGS: Final = {"": False, "identity": False, "gzip": True, "x-gzip": True}
#: For zlib: the format by its first bytes.
_GZIP_OR_ZLIB: Final = 47
_PIECE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: a file that is gone after the block, where it was in the end, and as what it was announced."""

    path: Path
    url: str
    content_type: str
    size: int


class Fetcher:
    """Fetches with limits. ``network`` makes the connections of one fetch; by default to public addresses only.

    ``program`` is what hosts are told; by default our name and where we are found.
    """

    def __init__(
        self,
        *,
        network: Callable[[Clock], httpcore.NetworkBackend] = CheckedNetwork,
        seconds: float = SECONDS,
        max_bytes: int = MAX_BYTES,
        program: str = "",
    ) -> None:
        self._network = network
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._program = program or f"TesiGo/1 ({settings.SITE_URL})"

    @contextmanager
    def fetched(self, address: str) -> Iterator[Fetched]:
        """What lies at the address, for the block. Raises `NotFetched`."""
        clock = Clock(self._seconds)
        with tempfile.TemporaryDirectory(prefix="tesigo-fetch-") as folder, self._client(clock) as client:
            try:
                found = self._follow(client, _checked(address), Path(folder) / "fetched")
            except httpx.TimeoutException as error:
                raise NotFetched(Why.TOO_SLOW) from error
            except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
                raise NotFetched(Why.SILENT) from error
            yield found

    def _client(self, clock: Clock) -> httpx.Client:
        # A connection is used once: what was checked for one name is not taken for another's.
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
        transport = httpx.HTTPTransport(trust_env=False, limits=limits)
        transport._pool._network_backend = self._network(clock)  # httpx has no door for it
        headers = {"User-Agent": self._program, "Accept-Encoding": "gzip", "Accept": "*/*"}
        return httpx.Client(
            transport=transport, trust_env=False, follow_redirects=False, timeout=_READ_SECONDS, headers=headers
        )

    def _follow(self, client: httpx.Client, address: str, path: Path) -> Fetched:
        for _hop in range(MAX_REDIRECTS + 1):
            # Cookies that one host sets are no other's business.
            client.cookies.clear()
            with client.stream("GET", address) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    address = _checked(_joined(address, response.headers["location"]))
                    continue
                _refuse(response.status_code)
                size = self._keep(response, path)
                return Fetched(path, address, response.headers.get("content-type", ""), size)
        raise NotFetched(Why.REDIRECTS)

    def _keep(self, response: httpx.Response, path: Path) -> int:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:12]) > self._max_bytes:
            raise NotFetched(Why.TOO_LARGE)
        size = 0
        with path.open("wb") as file:
            for piece in _unpacked(response):
                size += len(piece)
                if size > self._max_bytes:
                    raise NotFetched(Why.TOO_LARGE)
                file.write(piece)
        return size


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """The body in small pieces: one piece as it comes may hold a thousand times as much, and twice packed a million."""
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing not in _PACKINGS:
        raise NotFetched(Why.SILENT)
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    for packed in response.iter_raw():
        if not _PACKINGS[packing]:
            yield packed
            continue
        while packed:
            yield unpacker.decompress(packed, _PIECE_BYTES)
            packed = unpacker.unconsumed_tail
        if unpacker.eof:
            return  # what comes behind its end would be gathered, and counted by nobody
    if _PACKINGS[packing] and not unpacker.eof:
        raise NotFetched(Why.SILENT)  # cut short


def _refuse(status: int) -> None:
    if status in _GONE:
        raise NotFetched(Why.GONE)
    if status in _REFUSED:
        raise NotFetched(Why.REFUSED)
    if status != 200:
        raise NotFetched(Why.SILENT)


def _joined(address: str, to: str) -> str:
    """Where a redirect leads."""
    try:
        return urljoin(address, to)
    except ValueError:
        raise NotFetched(Why.ADDRESS) from None


def _checked(address: str) -> str:
    """The address, if it may be asked at all: http or https, a host, a port of the web, no name with a password."""
    address = web_address(address)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise NotFetched(Why.ADDRESS) from None
    if not address or port not in _PORTS or parts.username is not None or parts.password is not None:
        raise NotFetched(Why.ADDRESS)
    return address
