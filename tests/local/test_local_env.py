"""A machine without any configuration gets one; what somebody set is never mixed with what is made up."""

import subprocess
import sys
from pathlib import Path

import pytest

from local import local_env
from local.local_env import complete, uses_sandbox
from tesigo.platform.environment_file import read_file
from tesigo.platform.own_secrets import new_secrets
from tesigo.platform.paths import ROOT

KEPT = {
    name: f"made-up-{name}"
    for name in (
        "SECRET_KEY",
        "SIGNIN_SECRET",
        "API_JWT_SECRET",
        "OPENAI_API_KEYS",
        "ANTHROPIC_API_KEYS",
        "STRIPE_SECRET_KEY",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "SEARCH_API_KEY",
        "TELEGRAM_BOT_TOKEN",
        "MANIFEST_SIGNING_KEY",
    )
}
SERVERS = {"DATABASE_URL": "postgresql://here/tesigo", "REDIS_URL": "redis://here/0"}


def completed(**given: str) -> dict[str, str]:
    return complete(given, kept=KEPT, servers=SERVERS | given)


def test_everything_points_at_the_sandbox_when_nothing_is_set() -> None:
    environ = completed(SANDBOX_PORT="9010", SITE_PORT="9000")
    assert environ["SITE_URL"] == "http://127.0.0.1:9000"
    assert environ["OPENAI_BASE_URL"] == "http://127.0.0.1:9010/openai/v1"
    assert environ["STRIPE_API_BASE"] == "http://127.0.0.1:9010/stripe"
    assert environ["NOTICE_BANNER"].startswith("Sandbox")
    assert uses_sandbox(environ)


def test_a_real_writer_never_meets_a_made_up_address_or_a_made_up_second_writer() -> None:
    environ = completed(OPENAI_API_KEYS="sk-real")
    assert environ["OPENAI_API_KEYS"] == "sk-real"
    assert not {"OPENAI_BASE_URL", "ANTHROPIC_API_KEYS", "ANTHROPIC_BASE_URL"} & environ.keys()
    assert environ["NOTICE_BANNER"].startswith("Sandbox"), "the money is still made up"


def test_no_notice_and_no_sandbox_when_everything_is_real() -> None:
    environ = completed(
        OPENAI_API_KEYS="sk-real",
        STRIPE_SECRET_KEY="sk_live_real",
        EMAIL_URL="smtp://mail.example",
        OPENALEX_URL="https://a",
    )
    assert "NOTICE_BANNER" not in environ
    assert "TELEGRAM_BOT_TOKEN" not in environ
    assert not uses_sandbox(environ)


def test_old_secrets_that_were_replaced_here_stay_accepted() -> None:
    kept = KEPT | {"SECRET_KEY_FALLBACKS": "the one before", "SIGNIN_SECRET_FALLBACKS": ""}
    found = complete({}, kept=kept, servers=SERVERS)
    assert found["SECRET_KEY_FALLBACKS"] == "the one before"
    own = complete({"SECRET_KEY": "of one's own"}, kept=kept, servers=SERVERS)
    assert "SECRET_KEY_FALLBACKS" not in own


def test_a_server_of_ones_own_wins() -> None:
    assert completed(DATABASE_URL="postgresql://there/db")["DATABASE_URL"] == "postgresql://there/db"


def test_a_file_of_variables_is_read_as_shells_do(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# a comment\nexport A=one\nB='two words'\nC=\"three\"\n\nD=a=b\n")
    assert read_file(path) == {"A": "one", "B": "two words", "C": "three", "D": "a=b"}
    assert read_file(tmp_path / "none") == {}


@pytest.mark.parametrize("name", ["SECRET_KEY", "SIGNIN_SECRET", "API_JWT_SECRET"])
def test_generated_secrets_are_long_and_new_each_time(name: str) -> None:
    assert len(new_secrets()[name]) >= 64
    assert new_secrets()[name] != new_secrets()[name]


def test_a_command_gets_the_signals_that_are_meant_for_it() -> None:
    code = "import signal, sys; print('ready', flush=True); signal.pause()"
    words = [sys.executable, "-m", "local.local_env", sys.executable, "-c", code]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert f"\0{code}\0" in Path(f"/proc/{process.pid}/cmdline").read_text(), "it runs below somebody else"
    finally:
        process.kill()
        process.communicate(timeout=30)


def test_a_command_that_is_not_there_is_named() -> None:
    words = [sys.executable, "-m", "local.local_env", "no-such-command"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "no-such-command: No such file" in done.stderr) == (127, True)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(local_env, "VAR", tmp_path / "file" / "var")
    with pytest.raises(SystemExit) as ended:
        local_env.load()
    assert str(ended.value.code).startswith(f"{tmp_path / 'file' / 'var'}: Not a directory. Everything of this machine")
