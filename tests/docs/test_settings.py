"""Every variable that the settings or `make run` read is explained with its default, and no other (R-103, R-141)."""

import ast
import inspect
import re
import runpy
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import pytest

from local import local_env, stack, up
from tesigo.platform import env as reading
from tesigo.platform.own_secrets import OWN_SECRETS
from tesigo.platform.paths import ROOT
from tests.docs.pages import texts

PAGE: Final = texts()["docs/settings.md"]
ROWS: Final = re.findall(r"^\| `([A-Z0-9_]+(?:<NAME>[A-Z0-9_]+)?)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
#: Enough for the settings to go through all that they read.
GIVEN: Final = {
    "SITE_URL": "https://tesigo.example",
    "DATABASE_URL": "postgres://tesigo@db.example/tesigo",
    "REDIS_URL": "redis://redis.example",
    "EMAIL_URL": "smtp://mail.example",
    "S3_BUCKET": "bucket",
    "BACKUP_DESTINATIONS": "name",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4318",
}
#: What depends on other variables or on the process; the page says it in words.
IN_WORDS: Final = {"ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL", "STRIPE_CALLS_PER_SECOND", "TESIGO_PROGRAM"}
#: Read only where another variable was not set.
ELSE: Final = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}


class Recorder(reading.Env):
    """Notes what is read, with the default of what is not given."""

    read: dict[str, Any] = {}

    def __init__(self) -> None:
        super().__init__(GIVEN)

    def _raw(self, name: str) -> str | None:
        self.read.setdefault(name.replace("BACKUP_NAME_", "BACKUP_<NAME>_"), ...)
        return super()._raw(name)

    def _fallback(self, name: str, default: Any, placeholder: Any) -> Any:
        self.read[name.replace("BACKUP_NAME_", "BACKUP_<NAME>_")] = default
        return super()._fallback(name, default, placeholder)

    def check(self) -> None:
        """What is missing here is no mistake."""


@pytest.fixture(scope="module")
def read() -> Iterator[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "Env", Recorder)
        Recorder.read = {}
        runpy.run_path(str(ROOT / "tesigo" / "settings.py"))
        yield Recorder.read


def read_by_make_run() -> set[str]:
    """Names that the modules of `make run` read, as they stand in the code."""
    found = set(local_env.PORTS)
    for module in (local_env, stack, up):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            match node:
                case ast.Call(func=ast.Attribute(attr="get", value=source), args=[ast.Constant(value=str(name)), *_]):
                    pass
                case ast.Subscript(value=source, slice=ast.Constant(value=str(name))):
                    pass
                case _:
                    continue
            if ast.unparse(source) in {"os.environ", "environ", "given"}:
                found.add(name)
    return found


def shown(default: Any) -> str:
    """A default as the page writes it."""
    match default:
        case reading.Required():
            return "required"
        case bool():
            return str(default).lower()
        case Decimal():
            return str(default)
        case int() if default and default % 1024**3 == 0:
            return f"{default // 1024**3} GiB"
        case int() | float():
            return f"{default:,g}" if isinstance(default, float) else f"{default:,}"
        case str():
            text = default.removeprefix(f"{ROOT}/")
            return text if re.fullmatch(r"[\d.]+", text) and text.count(".") < 2 else f"`{text}`" if text else "none"
        case Sequence():
            return f"`{', '.join(default)}`" if default else "none"
    raise TypeError(f"no way to write {default!r}")


def test_every_row_of_the_page_is_read_as_one() -> None:
    assert len(ROWS) == PAGE.count("\n| `")
    assert len({name for name, *_ in ROWS}) == len(ROWS)


def test_every_name_that_is_read_is_on_the_page_and_no_other(read: dict[str, Any]) -> None:
    assert len(read) >= 140
    assert {name for name, *_ in ROWS} == set(read) | ELSE | read_by_make_run()


def test_the_page_says_the_defaults_that_are_set(read: dict[str, Any]) -> None:
    said = {name: default for name, default, _words in ROWS}
    checked = {name: default for name, default in read.items() if default is not ... and name not in IN_WORDS}
    assert len(checked) >= 120
    assert {name: said[name] for name in checked} == {name: shown(default) for name, default in checked.items()}


def test_the_page_says_the_ports_of_make_run() -> None:
    said = {name: default for name, default, _words in ROWS}
    assert {name: said[name] for name in local_env.PORTS} == {name: str(port) for name, port in local_env.PORTS.items()}


def test_what_is_made_up_for_a_machine_of_ones_own_is_on_the_page() -> None:
    kept = dict.fromkeys(
        ("OPENAI_API_KEYS", "ANTHROPIC_API_KEYS", "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY",
         "STRIPE_WEBHOOK_SECRET", "SEARCH_API_KEY", "TELEGRAM_BOT_TOKEN", "MANIFEST_SIGNING_KEY", *OWN_SECRETS), "x",
    )  # fmt: skip
    made_up = local_env.complete({}, kept=kept, servers={})
    # Stripe's publishable key is made with the others; nothing of ours reads one.
    assert sorted(set(made_up) - {name for name, *_ in ROWS}) == ["STRIPE_PUBLISHABLE_KEY"]
