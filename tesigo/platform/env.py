"""Typed reading of the environment that collects every mistake before it speaks (R-103).

Settings read all they need through one `Env` and end with `env.check()`, so that a person who
configures a server sees the whole list at once instead of one mistake per start. Every name can
also be given as a file (`SECRET_KEY_FILE=/run/secrets/key`), as Docker, Kubernetes and Vault do.
A variable that is set to nothing counts as not set.
"""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tesigo.platform.redis_place import PlaceError, sentinels_of
from tesigo.platform.strength import KEY_MIN_LENGTH, password_is_weak, weakness, weakness_of_key

# The methods of Env are called after the types they return; these names stay usable inside it.
type_str = str
type_bool = bool
type_int = int
type_float = float
type_list = list

T = TypeVar("T")
N = TypeVar("N", float, Decimal)

TRUE_WORDS: Final = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS: Final = frozenset({"0", "false", "no", "off"})


class Required:
    """Marks a variable without a default."""


REQUIRED: Final = Required()


def is_loopback(url: str) -> bool:
    """Whether the URL points at this machine itself, where only a sandbox or a developer listens."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _passwords(parts: SplitResult) -> list[str]:
    """Those of a URL: behind its user, or as a parameter, which PostgreSQL and Redis take as well."""
    given = [value for key, value in parse_qsl(parts.query) if key in {"password", "sentinel_password"}]
    return [*given, unquote(parts.password)] if parts.password else given


#: Unless a setting says less: what JSON and JavaScript still hold exactly (RFC 8259, 6).
LARGEST_INT: Final = 2**53 - 1


class Env:
    """Reads variables by type; `check()` raises one error that names every mistake found."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._problems: list[str] = []
        self._secret_owners: dict[str, str] = {}

    def str(self, name: type_str, default: type_str | Required = REQUIRED) -> type_str:
        """The text as it is, without white space around it."""
        raw = self._raw(name)
        if raw is not None:
            return raw
        return self._fallback(name, default, "")

    def bool(self, name: type_str, default: type_bool | Required = REQUIRED) -> type_bool:
        """True or false, from 1/0, true/false, yes/no, on/off."""
        raw = self._raw(name)
        if raw is None:
            return self._fallback(name, default, False)
        if raw.lower() in TRUE_WORDS | FALSE_WORDS:
            return raw.lower() in TRUE_WORDS
        self.complain(f"{name} must be true or false, not {raw!r}.")
        return False

    def int(
        self,
        name: type_str,
        default: type_int | Required = REQUIRED,
        *,
        min: type_int | None = None,
        max: type_int = LARGEST_INT,
    ) -> type_int:
        """A whole number, `min` and `max` included; one within them in place of one that is not."""
        raw = self._raw(name)
        if raw is None:
            return self._fallback(name, default, 0)
        try:
            value = int(raw)
        except ValueError:
            self.complain(f"{name} must be a whole number, not {raw!r}.")
            return 0
        if min is not None and value < min:
            self.complain(f"{name} must be at least {min}, but is {value}.")
            return min
        if value > max:
            self.complain(f"{name} must be at most {max}, but is {value}.")
            return max
        return value

    def float(
        self, name: type_str, default: type_float | Required = REQUIRED, *, min: type_float | None = None
    ) -> type_float:
        """A number, `min` included."""
        return self._number(type_float, name, default, min)

    def decimal(self, name: type_str, default: Decimal | Required = REQUIRED, *, min: Decimal | None = None) -> Decimal:
        """An exact number, `min` included."""
        return self._number(Decimal, name, default, min)

    def list(self, name: type_str, default: Sequence[type_str] | Required = REQUIRED) -> type_list[type_str]:
        """Texts separated by commas; empty ones are left out."""
        raw = self._raw(name)
        if raw is None:
            return [*self._fallback(name, default, ())]
        return [item.strip() for item in raw.split(",") if item.strip()]

    def choice(self, name: type_str, choices: Sequence[type_str], default: type_str | Required = REQUIRED) -> type_str:
        """One of the texts in `choices`."""
        value = self.str(name, default)
        if value and value not in choices:
            self.complain(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def url(
        self,
        name: type_str,
        default: type_str | Required = REQUIRED,
        *,
        schemes: Sequence[type_str] = ("http", "https"),
        refuse_loopback: type_bool = False,
        judge_password: type_bool = False,
    ) -> type_str:
        """An absolute URL of one of the `schemes`; `refuse_loopback` keeps production off a sandbox.

        With `judge_password` a password in it, if there is one, must not be easily guessed (R-103). Sentinels may be
        several hosts, separated by commas.
        """
        value = self.str(name, default)
        if not value:
            return value
        try:
            parts = urlsplit(value)
            _ = sentinels_of(value) or parts.port
        except PlaceError as error:
            self.complain(f"{name} {error}.")
            return value
        except ValueError:
            self.complain(f"{name} is not a URL that can be read.")
            return value
        if parts.scheme not in schemes:
            self.complain(f"{name} must start with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
        elif not parts.netloc and not parts.path:
            self.complain(f"{name} names no host.")
        elif refuse_loopback and is_loopback(value):
            self.complain(f"{name} points at this machine ({parts.hostname}), which production does not allow.")
        if judge_password and any(
            password_is_weak(one, user=unquote(parts.username or "")) for one in _passwords(parts)
        ):
            # Not even the word that was found: it may be all of it.
            self.complain(f"{name} holds a password that is easily guessed.")
        return value

    def secret(self, name: type_str, default: type_str | Required = REQUIRED) -> type_str:
        """A secret of at least 32 characters that is not weak and that no other variable uses (R-103)."""
        raw = self._raw(name)
        if raw is None:
            return self._fallback(name, default, "")
        self._judge(name, raw, weakness(raw))
        return raw

    def secret_list(self, name: type_str) -> type_list[type_str]:
        """Old secrets, separated by commas, still accepted while keys rotate; none unless set."""
        values = self.list(name, ())
        for value in values:
            self._judge(name, value, weakness(value))
        return self._each_once(name, values)

    def api_key(
        self, name: type_str, default: type_str | Required = REQUIRED, *, shortest: type_int = KEY_MIN_LENGTH
    ) -> type_str:
        """A key that a service gave out: no placeholder, and no other variable uses it (R-103)."""
        raw = self._raw(name)
        if raw is None:
            return self._fallback(name, default, "")
        self._judge(name, raw, weakness_of_key(raw, shortest=shortest))
        return raw

    def api_keys(self, name: type_str) -> type_list[type_str]:
        """Keys of one service, separated by commas, each judged; none unless set."""
        values = self.list(name, ())
        for value in values:
            self._judge(name, value, weakness_of_key(value))
        return self._each_once(name, values)

    def complain(self, problem: type_str) -> None:
        """Adds a mistake that only the caller can see, such as two settings that exclude each other."""
        self._problems.append(problem)

    def check(self) -> None:
        """Raises `ImproperlyConfigured` with every mistake found so far; quiet when there is none."""
        if self._problems:
            lines = "\n".join(f"  - {problem}" for problem in self._problems)
            raise ImproperlyConfigured(f"The environment has mistakes. Correct these, then start again:\n{lines}")

    def _raw(self, name: type_str) -> type_str | None:
        value = self._environ.get(name, "").strip()
        path = self._environ.get(f"{name}_FILE", "").strip()
        if value and path:
            self.complain(f"{name} and {name}_FILE are both set; keep one of them.")
        elif path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.complain(f"{name}_FILE cannot be read ({type(error).__name__}).")
        return value or None

    def _number(self, kind: type[N], name: type_str, default: N | Required, least: N | None) -> N:
        """A number that has an end, ``least`` included; zero in place of one that is not."""
        raw = self._raw(name)
        if raw is None:
            return self._fallback(name, default, kind(0))
        try:
            value = kind(raw)
            is_finite = isfinite(value)
        except (ValueError, InvalidOperation):
            self.complain(f"{name} must be a number, not {raw!r}.")
            return kind(0)
        if not is_finite or (least is not None and value < least):
            self.complain(f"{name} must be a number of at least {least or 0}, but is {raw}.")
            return kind(0)
        return value

    def _fallback(self, name: type_str, default: T | Required, placeholder: T) -> T:
        if isinstance(default, Required):
            self.complain(f"{name} is missing.")
            return placeholder
        return default

    def _judge(self, name: type_str, value: type_str, flaw: type_str) -> None:
        # The value itself never reaches the message: it would end up in logs.
        if flaw:
            self.complain(f"{name} {flaw}.")
        owner = self._secret_owners.setdefault(value, name)
        if owner != name:
            self.complain(
                f"{name} is the same as {owner}; each needs its own. `manage.py generate_secrets` makes some."
            )

    def _each_once(self, name: type_str, values: type_list[type_str]) -> type_list[type_str]:
        if len(set(values)) < len(values):
            self.complain(f"{name} names the same value twice.")
        return values
