"""The environment is read by type, and every mistake is told at once (R-103)."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tesigo.platform.env import Env, is_loopback
from tesigo.platform.strength import strong, strong_secret

GOOD = "kV8sQ2mZr7Xw4Yp9Tn3Lb6Hd1Fc5Gj0a"  # pragma: allowlist secret
OTHER = "zP4nW8cR2vT6yU1iO5aS9dF3gH7jK0lQ"  # pragma: allowlist secret


def mistakes(env: Env) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        env.check()
    return str(caught.value)


def test_values_are_read_by_their_type() -> None:
    env = Env(
        {"A": " text ", "B": "Yes", "C": "7", "D": "x, y,,z", "E": "https://example.org/a", "F": "fast"}
        | {"H": "0.50", "I": "1e1", "J": str(100 * 1024**4)}
    )
    assert env.str("A") == "text"
    assert env.bool("B") is True
    assert env.int("C", min=1, max=9) == 7
    assert env.list("D") == ["x", "y", "z"]
    assert env.url("E") == "https://example.org/a"
    assert env.choice("F", ["fast", "slow"]) == "fast"
    assert env.secret("G", default="unset") == "unset"
    assert env.decimal("H", min=Decimal("0.50")) == Decimal("0.50")
    assert env.float("I", min=10) == 10.0
    assert env.int("J", min=1) == 100 * 1024**4
    env.check()


@pytest.mark.parametrize("raw", ["long", "nan", "snan", "inf", "-1", "0x10", "1,5"])
def test_numbers_that_are_none_are_named(raw: str) -> None:
    env = Env({"COST": raw, "WAIT": raw})
    env.decimal("COST", min=Decimal(0))
    env.float("WAIT", min=0)
    assert {line.split()[1] for line in mistakes(env).splitlines() if line.startswith("  ")} == {"COST", "WAIT"}


SETTINGS = Path(__file__).parents[2] / "tesigo" / "settings.py"


@pytest.mark.parametrize("raw", ["!", "-1", "99999999999999999999", "a=b,c"])
def test_a_setting_with_a_wrong_value_is_named_and_never_a_traceback(raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = sorted(set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', SETTINGS.read_text(encoding="utf-8"))))
    assert len(names) > 100
    code = compile(SETTINGS.read_bytes(), SETTINGS, "exec")
    for name in names:
        monkeypatch.setenv(name, raw)
        try:
            exec(code, {"__name__": "settings", "__file__": str(SETTINGS)})
        except ImproperlyConfigured as error:
            said = str(error)
        except Exception as error:
            raise AssertionError(f"{name}={raw}: {error!r}") from error
        else:
            continue  # a good value of this one
        finally:
            monkeypatch.undo()
        assert name in said, f"{name}={raw}"


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


@pytest.mark.parametrize("weak", ["secret", "password", "12345", "admin", "default", "test", "changeme", "your-key"])
@pytest.mark.parametrize("place", [0, 17, len(GOOD)])
@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_FALLBACKS"])
def test_a_weak_word_is_found_anywhere_in_a_secret(weak: str, place: int, name: str) -> None:
    for spelled in (weak, weak.upper(), weak.title()):
        env = Env({name: GOOD[:place] + spelled + GOOD[place:]})
        env.secret_list(name) if name.endswith("S") else env.secret(name)
        told = mistakes(env)
        assert name in told
        assert "easily guessed" in told
        assert GOOD[:9] not in told


def test_a_weak_word_in_wide_letters_is_one() -> None:
    env = Env({"SECRET_KEY": GOOD + "ｔｅｓｔ"})
    env.secret("SECRET_KEY")
    assert "'test'" in mistakes(env)


@pytest.mark.parametrize(
    "key",
    [
        "sk-changeme-changeme-changeme", "sk-your-key-here-please-1a2b", "sk-proj-EXAMPLE" + GOOD, "x" * 24,
        "sk_test_" + "password" + GOOD, "sk_live_mysecretkey" + GOOD, "whsec_" + GOOD + "default", "sk-short",
        "sk-" + "ab" * 20, "sk-…" + GOOD, "sk-with blank " + GOOD, "tvly-" + "0123456789" * 3, "minioadmin" * 3,
        "sk-test-" + GOOD, "minioadmin-minioadmin-minioadmin-storage-key-1234567890ab",
        # Two short words are no chance any more.
        "sk_live_" + GOOD + "TeST" + OTHER + "adMIN" + OTHER[::-1],
    ],
)  # fmt: skip
def test_a_key_of_a_service_that_is_a_placeholder_is_refused(key: str) -> None:
    env = Env({"KEY": key, "KEYS": f"{OTHER},{key}"})
    env.api_key("KEY")
    env.api_keys("KEYS")
    told = mistakes(env)
    assert "KEY " in told
    assert "KEYS " in told
    assert GOOD[:9] not in told


@pytest.mark.parametrize(
    "key",
    [
        "sk_test_" + GOOD, "rk_test_" + GOOD, "sk_live_" + GOOD, "whsec_" + GOOD, "whsec_test_" + GOOD, "sk-" + GOOD,
        "sk-proj-" + GOOD, "sk-ant-api03-" + GOOD, "tvly-dev-" + GOOD, "pplx-" + GOOD, GOOD[:22],
        # Four letters that came up among a hundred random ones.
        "sk_live_" + GOOD + OTHER + "TeST" + OTHER[::-1],
    ],
)  # fmt: skip
def test_a_key_as_services_give_them_out_is_taken(key: str) -> None:
    env = Env({"KEY": key})
    assert env.api_key("KEY") == key
    env.check()


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgres://tesigo:changeme@db/x", "changeme"),  # pragma: allowlist secret
        ("postgres://tesigo:tesigo@db/x", "tesigo@"),  # pragma: allowlist secret
        ("postgres://tesigo:My%50assword9@db/x", "assword9"),  # pragma: allowlist secret
        (f"postgres://tesigo@db/x?password=secret{GOOD}", GOOD),
        ("redis://:letmein@cache/0", "letmein"),
        (f"redis://cache/0?password={GOOD}12345", GOOD),
        (f"smtp+tls://mailer:test{GOOD[:12]}@mail.example:587", GOOD[:12]),
    ],
    ids=["a word", "the user", "in percent", "as a parameter", "without a user", "of redis", "of mail"],
)
def test_a_weak_password_within_a_url_is_refused_and_never_printed(url: str, password: str) -> None:
    schemes = ["postgres", "redis", "smtp+tls"]
    env = Env({"SERVER_URL": url})
    env.url("SERVER_URL", schemes=schemes, judge_password=True)
    told = mistakes(env)
    assert "SERVER_URL holds a password that is easily guessed." in told
    assert password not in told
    elsewhere = Env({"SERVER_URL": url})
    elsewhere.url("SERVER_URL", schemes=schemes)
    elsewhere.check()


@pytest.mark.parametrize("user", ["", "tesigo", "tesigo:" + GOOD, ":" + GOOD, "admin:" + GOOD[:14], "test:"])
def test_a_url_without_a_password_or_with_a_good_one_is_taken(user: str) -> None:
    env = Env({"SERVER_URL": f"postgres://{user}@admin.test.example/default"})
    env.url("SERVER_URL", schemes=["postgres"], judge_password=True)
    env.check()


def test_keys_are_shared_by_no_names_and_named_once() -> None:
    env = Env({"ONE": f"sk-{GOOD}", "TWO": f"sk-{GOOD}", "KEYS": f"sk-{OTHER},sk-{OTHER}"})
    env.api_key("ONE")
    env.api_key("TWO")
    env.api_keys("KEYS")
    told = mistakes(env)
    assert "TWO is the same as ONE" in told
    assert "KEYS names the same value twice" in told


def test_what_is_made_here_is_never_refused() -> None:
    drawn = iter(["x" + "tEsT" + GOOD, GOOD])
    assert strong(lambda: next(drawn)) == GOOD
    for _ in range(300):
        env = Env({"SECRET_KEY": strong_secret()})
        env.secret("SECRET_KEY")
        env.check()


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


def test_sentinels_that_cannot_be_asked_are_told_of_without_their_password() -> None:
    wrong = {
        "A": "redis+sentinel://:hush@one:26379",
        "B": "redis+sentinel://:hush@one:port/group",
        "C": "redis+sentinel://:hush@one,:1/group",
        "D": "redis+sentinel://:hush@one/group/first",
        "E": "redis+sentinel://one/group?sentinel_password=changeme",  # pragma: allowlist secret
    }
    env = Env(wrong | {"GOOD": f"redis+sentinel://:{GOOD}@one:1,two:2/group/0"})
    for name in [*wrong, "GOOD"]:
        env.url(name, schemes=["redis+sentinel"], judge_password=True)
    told = mistakes(env)
    for line in (
        "A names no master",
        "B names a Sentinel whose port is not one",
        "C names a Sentinel without a host",
        "D has a database that is not a number",
        "E holds a password that is easily guessed",
    ):
        assert line in told
    assert "GOOD" not in told
    assert "changeme" not in told
