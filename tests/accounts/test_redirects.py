"""Redirects lead to own pages only (R-57)."""

import pytest

from tesigo.platform.redirects import own_path


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "javascript:alert(1)",
        "documents/",
        "/\tdocuments\n//evil.example",
        "http:///evil.example",
        "/" + "a" * 500,
    ],
)
def test_other_places_are_refused(url: str | None) -> None:
    assert own_path(url) == ""


@pytest.mark.parametrize("url", ["/documents/", "/documents/?state=ready&q=%2F%2Fevil", "/"])
def test_own_pages_are_allowed(url: str) -> None:
    assert own_path(url) == url
