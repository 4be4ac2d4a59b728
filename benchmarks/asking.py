"""Whether the time of the answer tells whose address it is: asking to sign in, kind by kind in turn.

The address is a student's, nobody's, one that was written to as often as may be, a closed account's, one that bounced.
Each address is asked for three times and the quickest counts, as somebody would do it who wants to know: what other
programs of the machine take is left out so. ROUNDS= (200) chooses how many addresses of each kind.
"""

import os
import secrets
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from typing import Final

import httpx

from benchmarks import tables
from benchmarks.serving import web
from benchmarks.site import site

KINDS: Final = ("known", "unknown", "limited", "closed", "bounced")
_ASKED: Final = 3
#: Asked before anything is measured.
_WARM_UP: Final = 10
_HEAD: Final = ("address", "median", "÷ known", "10 % quickest", "10 % slowest")


def main() -> None:
    """One round after the other, each kind once in each, beginning with another kind each time."""
    rounds = int(os.environ.get("ROUNDS", "200"))
    # One caller asks for all: its own limits are not what is measured.
    os.environ |= {"SIGNIN_PER_IP_AND_HOUR": "1000000", "SIGNIN_PER_DOMAIN_AND_HOUR": "1000000"}
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with site() as here:
        _arrange(rounds + _WARM_UP)
        words = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"]
        subprocess.run(words, check=True, timeout=120)
        with web(here) as address, httpx.Client(base_url=address, timeout=30) as client:
            client.get("/signin/").raise_for_status()
            token = client.cookies["csrftoken"]
            for number in range(rounds + _WARM_UP):
                took: dict[str, list[float]] = {kind: [] for kind in KINDS}
                for turn in range(_ASKED * len(KINDS)):
                    kind = KINDS[(number + turn) % len(KINDS)]
                    took[kind].append(_ask(client, token, _address(kind, number)))
                if number >= _WARM_UP:
                    for kind in KINDS:
                        seconds[kind].append(min(took[kind]))
    known = statistics.median(seconds["known"])
    tables.show(
        f"Asking to sign in, {rounds} addresses of each kind",
        _HEAD,
        [_row(kind, seconds[kind], known) for kind in KINDS],
    )


def _address(kind: str, number: int) -> str:
    return f"{kind:x<8}{number:04}@university.example"


def _arrange(count: int) -> None:
    from django.utils import timezone

    from accounts.models import Mail, SignInRequest, User

    now = timezone.now()
    for kind in ("known", "limited", "closed", "bounced"):
        User.objects.bulk_create(
            User(
                email=_address(kind, number),
                email_as_typed=_address(kind, number),
                password="!",  # noqa: S106  # no password
                is_active=kind != "closed",
            )
            for number in range(count)
        )
    Mail.objects.bulk_create(
        Mail(to=_address("bounced", number), template="ready", state="bounced", due_at=None) for number in range(count)
    )
    SignInRequest.objects.bulk_create(
        SignInRequest(
            email=_address("limited", number),
            email_as_typed=_address("limited", number),
            domain="university.example",
            token_hash=secrets.token_bytes(32),
            code_hash=secrets.token_bytes(32),
            browser_hash=secrets.token_bytes(32),
            created_at=now - timedelta(hours=2),
            expires_at=now - timedelta(hours=1),
        )
        for number in range(count)
        for _ in range(3)
    )


def _ask(client: httpx.Client, token: str, address: str) -> float:
    client.cookies.clear()
    client.cookies.set("csrftoken", token)
    began = time.perf_counter()
    answer = client.post("/signin/", data={"email": address, "csrfmiddlewaretoken": token})
    took = time.perf_counter() - began
    if (answer.status_code, answer.headers.get("Location")) != (302, "/signin/check/"):
        raise SystemExit(f"An unexpected answer for {address}: {answer.status_code}")
    return took


def _row(kind: str, seconds: list[float], known: float) -> tuple[str, ...]:
    median = statistics.median(seconds)
    tenths = statistics.quantiles(seconds, n=10)
    return kind, _ms(median), f"{median / known:.3f}", _ms(tenths[0]), _ms(tenths[-1])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
