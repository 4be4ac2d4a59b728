"""A file is fetched from public hosts only, within limits that no host can stretch (R-83). Over real sockets."""

import gzip
import logging
import ssl
import threading
import time
from collections.abc import Iterator

import httpcore
import pytest

from documents.fetching.errors import NotFetched, Why
from documents.fetching.fetcher import Fetcher
from documents.fetching.network import CheckedNetwork, Clock, resolve
from tests.documents.fetching.hosts import PUBLIC, answer, serving

BODY = b"On lamps. " * 50


def why(fetcher: Fetcher, address: str) -> Why:
    with pytest.raises(NotFetched) as failure, fetcher.fetched(address):
        pass
    return failure.value.why


def test_what_lies_there_is_a_file_for_the_block_and_gone_afterwards() -> None:
    with serving(a=answer(body=BODY, Content_Type="text/html", Set_Cookie="a=b")) as host:
        with host.fetcher(program="Program/1").fetched("http://example.org/a") as found:
            assert found.path.read_bytes() == BODY
            assert (found.url, found.content_type, found.size) == ("http://example.org/a", "text/html", len(BODY))
        assert not found.path.exists()
        assert host.connected_to == [PUBLIC]
        (asked,) = host.asked
        assert "Host: example.org" in asked
        assert "User-Agent: Program/1" in asked
        assert "Accept-Encoding: gzip\r\n" in asked


def test_a_packed_answer_is_unpacked() -> None:
    packed = answer(body=gzip.compress(BODY * 9_000), Content_Encoding="gzip")
    with serving(a=packed) as host, host.fetcher().fetched("http://example.org/a") as found:
        assert found.path.read_bytes() == BODY * 9_000


@pytest.mark.parametrize(
    "answers",
    [
        ["10.0.0.1"],
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, "::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
    ],
)
def test_one_address_that_is_not_public_is_enough(answers: list[str]) -> None:
    with serving(a=answer(body=BODY)) as host:
        assert why(host.fetcher(resolve=lambda _host, _port: answers), "http://example.org/a") is Why.NOT_PUBLIC
        assert (host.connected_to, host.asked) == ([], [])


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://0/",
        "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/", "https://10.0.0.1:8443/",
    ],
)  # fmt: skip
def test_every_way_to_write_a_private_address_is_refused_by_the_real_resolver(address: str) -> None:
    assert why(Fetcher(seconds=5), address) in (Why.NOT_PUBLIC, Why.UNKNOWN_HOST)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/a", "file:///etc/hostname", "javascript:alert(1)", "gopher://example.org/", "example.org/a",
        "", "http://", "http://someone:@example.org/", "http://someone@example.org/", "http://example.org:25/",
        "http://example.org:99999/", "http://exam ple.org:x/", "http://[::1/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_not_asked_for(address: str) -> None:
    assert why(Fetcher(), address) is Why.ADDRESS


def test_a_name_that_leads_elsewhere_the_second_time_is_caught_at_the_redirect() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with serving(a=answer("302 Found", Location="/b"), b=answer(body=BODY)) as host:
        fetcher = host.fetcher(resolve=lambda _host, _port: next(answers))
        assert why(fetcher, "http://example.org/a") is Why.NOT_PUBLIC
        assert host.connected_to == [PUBLIC]


def test_each_connection_goes_to_the_very_address_that_was_checked() -> None:
    """The name is looked up once for it: what a second look-up would say plays no part."""
    looked_up: list[str] = []

    def once(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return [PUBLIC] if len(looked_up) == 1 else ["127.0.0.1"]

    with serving(a=answer(body=BODY)) as host, host.fetcher(resolve=once).fetched("http://example.org/a"):
        assert (looked_up, host.connected_to) == (["example.org"], [PUBLIC])


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://127.0.0.1/b", Why.NOT_PUBLIC), ("//10.0.0.1/b", Why.NOT_PUBLIC), ("file:///etc/hostname", Why.ADDRESS),
        ("http://example.org:22/", Why.ADDRESS), ("/a", Why.REDIRECTS), ("http://[", Why.ADDRESS),
        ("//[x/b", Why.ADDRESS),
    ],
)  # fmt: skip
def test_redirects_are_looked_at_like_the_first_address(location: str, said: Why) -> None:
    def lookup(host: str, _port: int) -> list[str]:
        return [PUBLIC] if host == "example.org" else [host]

    with serving(a=answer("301 Moved", Location=location)) as host:
        assert why(host.fetcher(resolve=lookup), "http://example.org/a") is said


def test_five_redirects_are_followed_and_no_cookie_goes_along() -> None:
    hops = {f"h{n}": answer("307 Go", Location=f"http://o{n}.example/h{n + 1}", Set_Cookie="a=b") for n in range(6)}
    with serving(**hops, h6=answer(body=BODY)) as host:
        with host.fetcher().fetched("http://example.org/h1") as found:
            assert found.url == "http://o5.example/h6"
        assert why(host.fetcher(), "http://example.org/h0") is Why.REDIRECTS
        assert not any("cookie" in asked.lower() for asked in host.asked)


def test_a_redirect_to_nowhere_is_an_answer_without_a_page() -> None:
    with serving(a=answer("302 Found")) as host:
        assert why(host.fetcher(), "http://example.org/a") is Why.SILENT


def drip() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(1000):
        time.sleep(0.1)
        yield b"x"


def drip_of_headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(1000):
        time.sleep(0.1)
        yield b"X-%d: y\r\n" % number


def silence() -> Iterator[bytes]:
    time.sleep(5)
    yield b""


@pytest.mark.parametrize("page", ["drip", "headers", "silence", "circle"])
def test_one_clock_ends_every_kind_of_slowness(page: str) -> None:
    slow = {"drip": drip, "headers": drip_of_headers, "silence": silence}

    def circle() -> Iterator[bytes]:
        time.sleep(0.3)
        yield answer("302 Found", Location="/circle")

    with serving(**slow, circle=circle) as host:
        began = time.monotonic()
        assert why(host.fetcher(seconds=0.8), f"http://example.org/{page}") is Why.TOO_SLOW
        assert time.monotonic() - began < 3


def test_a_resolver_that_never_answers_is_not_waited_for() -> None:
    ended = threading.Event()

    def never(_host: str, _port: int) -> list[str]:
        ended.wait(10)
        return []

    with serving() as host:
        began = time.monotonic()
        assert why(host.fetcher(resolve=never, seconds=0.3), "http://example.org/a") is Why.TOO_SLOW
        assert time.monotonic() - began < 3
    ended.set()


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    while True:
        yield b"x" * 10_000


def test_what_comes_behind_the_end_of_what_was_packed_is_not_gathered() -> None:
    def packed() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(BODY)
        while True:
            yield b"x" * 10_000

    with serving(a=packed) as host, host.fetcher(seconds=5).fetched("http://example.org/a") as found:
        assert found.path.read_bytes() == BODY


@pytest.mark.parametrize(
    "page", ["announced", "endless", "packed", "chunked"],
)  # fmt: skip
def test_bytes_are_counted_as_they_are_unpacked(page: str) -> None:
    pages = {
        "announced": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
        "packed": answer(body=gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip"),
        "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"2710\r\n"
        + b"x" * 10_000
        + b"\r\n"
        + b"0\r\n\r\n",
    }
    with serving(**pages, endless=endless) as host:
        assert why(host.fetcher(max_bytes=9_000), f"http://example.org/{page}") is Why.TOO_LARGE


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer("404 Not Found"), Why.GONE), (answer("410 Gone"), Why.GONE), (answer("403 Forbidden"), Why.REFUSED),
        (answer("429 Slow", Retry_After="9"), Why.REFUSED), (answer("500 Oops"), Why.SILENT),
        (answer("204 None"), Why.SILENT), (b"", Why.SILENT), (b"SSH-2.0-x\r\n", Why.SILENT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", Why.SILENT),
        (answer(body=b"xy", Content_Encoding="gzip"), Why.SILENT),
        (answer(body=gzip.compress(BODY)[:-9], Content_Encoding="gzip"), Why.SILENT),
        (answer(body=b"x", Content_Encoding="br"), Why.SILENT),
        (answer(body=gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip, gzip"), Why.SILENT),
    ],
)  # fmt: skip
def test_every_refusal_has_its_word(said: bytes, reason: Why) -> None:
    with serving(a=said) as host:
        assert why(host.fetcher(), "http://example.org/a") is reason


def test_a_host_that_nobody_knows_or_that_takes_no_connection() -> None:
    with serving() as host:
        assert why(host.fetcher(resolve=lambda _host, _port: []), "http://example.org/a") is Why.UNKNOWN_HOST
        host.close()
        assert why(host.fetcher(resolve=lambda _host, _port: [PUBLIC, "8.8.8.8"]), "http://example.org/a") is Why.SILENT
        assert host.connected_to == [PUBLIC, "8.8.8.8"]


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(a=answer(body=BODY)) as host:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{host.port}")
        with host.fetcher().fetched("http://example.org/a"):
            assert host.connected_to == [PUBLIC]
            assert host.asked[0].startswith("GET /a HTTP")


def test_no_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), serving(secret=answer(body=BODY)) as host:
        with host.fetcher().fetched("http://example.org/secret"):
            pass
        why(host.fetcher(), "http://example.org/other-secret")
    assert "secret" not in "".join(record.getMessage() for record in caplog.records if record.name != "httpcore")


def test_over_tls_the_certificate_has_to_be_the_hosts() -> None:
    """The address is a number, and the name is still what is asked for and proven."""
    seen: list[str | None] = []

    class Stream(httpcore.NetworkStream):
        def start_tls(
            self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
        ) -> httpcore.NetworkStream:
            seen.append(server_hostname)
            assert ssl_context.verify_mode is ssl.CERT_REQUIRED
            assert ssl_context.check_hostname
            raise httpcore.ConnectError

        def close(self) -> None:
            pass

        def get_extra_info(self, info: str) -> None:
            return None

    class Inner(httpcore.NetworkBackend):
        def connect_tcp(  # type: ignore[override]  # by name, as it is called
            self, host: str, port: int, **_options: object
        ) -> httpcore.NetworkStream:
            assert (host, port) == (PUBLIC, 443)
            return Stream()

    fetcher = Fetcher(network=lambda clock: CheckedNetwork(clock, resolve=lambda _h, _p: [PUBLIC], inner=Inner()))
    assert why(fetcher, "https://example.org/a") is Why.SILENT
    assert seen == ["example.org"]


def test_sockets_of_the_machine_are_no_network() -> None:
    with pytest.raises(NotFetched):
        CheckedNetwork(Clock(1)).connect_unix_socket("/run/x.sock")


def test_waiting_ends_with_the_clock() -> None:
    began = time.monotonic()
    CheckedNetwork(Clock(0.1)).sleep(30)
    assert time.monotonic() - began < 2


def test_the_systems_resolver_is_asked_for_numbers() -> None:
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]
    with pytest.raises(OSError):
        resolve("name.invalid", 80)


def test_a_clock_that_has_run_out_says_so() -> None:
    with pytest.raises(NotFetched) as failure:
        Clock(0).left()
    assert failure.value.why is Why.TOO_SLOW


@pytest.mark.parametrize("failure", [OSError("no such name"), UnicodeError("label too long")])
def test_a_resolver_that_fails_is_a_host_that_nobody_knows(failure: Exception) -> None:
    def fails(_host: str, _port: int) -> list[str]:
        raise failure

    with serving() as host:
        assert why(host.fetcher(resolve=fails), "http://example.org/a") is Why.UNKNOWN_HOST
