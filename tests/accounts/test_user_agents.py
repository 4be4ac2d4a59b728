"""Browsers by the names people know."""

import pytest

from accounts.user_agents import describe

_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {_APPLE} Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        (
            f"Mozilla/5.0 (iPhone; like Mac OS X) {_APPLE} Version/18.1 Safari/604.1",
            "Safari on iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 15) {_APPLE} Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named(user_agent: str, name: str) -> None:
    assert describe(user_agent) == name
