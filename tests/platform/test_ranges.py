"""What a request asks for of a stored file, as RFC 9110 reads its headers (R-80)."""

from typing import Any

import pytest
from django.test import RequestFactory

from tesigo.platform.ranges import Asked, asked

SIZE = 1_000
TAG = asked(RequestFactory().get("/"), stored_as="exports/a", size=SIZE).tag


def of(size: int = SIZE, method: str = "GET", **headers: str) -> Asked:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return asked(RequestFactory().generic(method, "/", headers=said), stored_as="exports/a", size=size)


@pytest.mark.parametrize(
    ("header", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 1_000),
        ("bytes=999-", 999, 1_000),
        ("bytes=100-199", 100, 200),
        ("BYTES=100-5000", 100, 1_000),
        ("bytes=-1", 999, 1_000),
        ("bytes=-5000", 0, 1_000),
        ("bytes= 5-6 ", 5, 7),
    ],
)
def test_a_part_is_sent_as_it_is_asked_for(header: str, first: int, end: int) -> None:
    part = of(Range=header)
    assert (part.status, part.first, part.end, part.has_body, part.is_part) == (206, first, end, True, True)
    assert part.headers() == {
        "Accept-Ranges": "bytes", "ETag": TAG, "Content-Length": str(end - first),
        "Content-Range": f"bytes {first}-{end - 1}/1000",
    }  # fmt: skip


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_that_there_is_not_is_said_with_the_size(header: str) -> None:
    none = of(Range=header)
    assert (none.status, none.has_body, none.headers()["Content-Range"]) == (416, False, "bytes */1000")
    assert none.headers()["Content-Length"] == "0"


@pytest.mark.parametrize(
    "header", ["bytes=0-1,5-6", "bytes=6-5", "bytes=-", "bytes=x-y", "bytes 0-1", "lines=0-1", "bytes=٣-٤", ""]
)
def test_all_is_sent_where_several_parts_or_none_that_is_known_are_asked_for(header: str) -> None:
    whole = of(Range=header)
    assert (whole.status, whole.length, whole.is_part) == (200, SIZE, False)
    assert "Content-Range" not in whole.headers()


def test_of_an_empty_file_there_is_no_part() -> None:
    assert (of(0, Range="bytes=0-").status, of(0, Range="bytes=-1").status, of(0).status) == (416, 416, 200)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"If_None_Match": TAG}, 304),
        ({"If_None_Match": f'"other", W/{TAG}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": TAG, "Range": "bytes=0-1"}, 304),
        ({"If_Match": TAG}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": f"W/{TAG}"}, 412),
        ({"If_Match": '"other"', "If_None_Match": TAG}, 412),
        ({"If_Range": TAG, "Range": "bytes=0-1"}, 206),
        ({"If_Range": f"W/{TAG}", "Range": "bytes=0-1"}, 200),
        ({"If_Range": "Mon, 30 Nov 2026 08:00:00 GMT", "Range": "bytes=0-1"}, 200),
        ({"If_Range": '"other"', "Range": "bytes=5000-"}, 200),
    ],
)
def test_conditions_come_before_parts(said: dict[str, Any], status: int) -> None:
    found = of(**said)
    assert (found.status, found.has_body) == (status, status in (200, 206))
    assert ("Content-Length" in found.headers()) == (status != 304)


def test_who_asks_only_for_the_head_gets_no_part() -> None:
    head = of(method="HEAD", Range="bytes=0-1")
    assert (head.status, head.has_body, head.headers()["Content-Length"]) == (200, False, "1000")


def test_another_file_has_another_tag() -> None:
    assert asked(RequestFactory().get("/"), stored_as="exports/b", size=SIZE).tag != TAG
