"""The environment is read by type, and every mistake is told at once (R-103)."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tesigo.platform.env import Env, is_loopback

GOOD = "kV8sQ2mZr7Xw4Yp9Tn3Lb6Hd1Fc5Gj0a"  # pragma: allowlist secret
OTHER = "zP4nW8cR2vT6yU1iO5aS9dF3gH7jK0lQ"  # pragma: allowlist secret


def mistakes(env: Env) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        env.check()
    return str(caught.value)


def test_values_are_read_by_their_type() -> None:
    env = Env({"A": " text ", "B": "Yes", "C": "7", "D": "x, y,,z", "E": "https://example.org/a", "F": "fast"})
    assert env.str("A") == "text"
    assert env.bool("B") is True
    assert env.int("C", min=1, max=9) == 7
    assert env.list("D") == ["x", "y", "z"]
    assert env.url("E") == "https://example.org/a"
    assert env.choice("F", ["fast", "slow"]) == "fast"
    assert env.secret("G", default="unset") == "unset"
    env.check()


def test_all_mistakes_are_listed_at_once() -> None:
    env = Env({"FLAG": "maybe", "COUNT": "many", "PAGES": "201", "SITE": "example.org", "SPEED": "slowish"})
    env.str("NAME")
    env.bool("FLAG")
    env.int("COUNT")
    env.int("PAGES", min=1, max=200)
    env.url("SITE")
    env.choice("SPEED", ["fast", "slow"])
    env.complain("A and B exclude each other.")
    told = mistakes(env)
    for name in ("NAME", "FLAG", "COUNT", "PAGES", "SITE", "SPEED", "A and B exclude"):
        assert name in told


def test_an_empty_variable_counts_as_not_set() -> None:
    env = Env({"NAME": "  "})
    assert env.str("NAME", "given") == "given"
    env.str("NAME")
    assert "NAME is missing" in mistakes(env)


@pytest.mark.parametrize("weak", ["secret", "password", "12345", "admin", "default", "test"])
def test_a_weak_secret_is_refused_even_when_it_is_long(weak: str) -> None:
    env = Env({"SECRET_KEY": weak.upper() + GOOD})
    env.secret("SECRET_KEY")
    assert "easily guessed" in mistakes(env)


def test_a_short_secret_is_refused_without_being_printed() -> None:
    env = Env({"SECRET_KEY": "kV8sQ2mZr7"})
    env.secret("SECRET_KEY")
    told = mistakes(env)
    assert "too short" in told
    assert "kV8sQ2mZr7" not in told


def test_a_monotonous_secret_is_refused() -> None:
    env = Env({"SECRET_KEY": "ab" * 20})
    env.secret("SECRET_KEY")
    assert "repeats" in mistakes(env)


def test_two_secrets_may_not_be_the_same() -> None:
    env = Env({"SECRET_KEY": GOOD, "JWT_KEY": GOOD})
    env.secret("SECRET_KEY")
    env.secret("JWT_KEY")
    assert "the same as SECRET_KEY" in mistakes(env)


def test_old_secrets_are_judged_like_new_ones() -> None:
    env = Env({"OLD": f"{GOOD},{OTHER}", "OLDER": "short"})
    assert env.secret_list("OLD") == [GOOD, OTHER]
    assert env.secret_list("NONE") == []
    env.secret_list("OLDER")
    assert "OLDER is too short" in mistakes(env)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(GOOD + "\n")
    env = Env({"SECRET_KEY_FILE": str(path)})
    assert env.secret("SECRET_KEY") == GOOD
    env.check()


def test_a_file_that_is_not_there_or_doubles_the_variable_is_named(tmp_path: Path) -> None:
    env = Env({"A_FILE": str(tmp_path / "no"), "B": GOOD, "B_FILE": str(tmp_path / "no")})
    env.secret("A", default="")
    env.secret("B")
    told = mistakes(env)
    assert "A_FILE cannot be read" in told
    assert "B and B_FILE" in told


def test_production_can_refuse_urls_of_this_machine() -> None:
    env = Env({"API": "http://127.0.0.1:8010/v1", "PUBLIC": "https://api.example.org/v1"})
    env.url("PUBLIC", refuse_loopback=True)
    env.check()
    env.url("API", refuse_loopback=True)
    assert "API points at this machine" in mistakes(env)


@pytest.mark.parametrize("url", ["http://localhost:1/", "smtp://[::1]:25", "http://127.9.9.9", "http://0.0.0.0"])
def test_loopback_is_recognised_in_all_its_spellings(url: str) -> None:
    assert is_loopback(url)
