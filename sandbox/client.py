"""A client of the control endpoint and the inbox, for tests and for the demonstration."""

import time
from typing import Any

import httpx


class Control:
    """What tests ask of a running sandbox. Each call raises httpx.HTTPStatusError when the sandbox says no."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=10.0, trust_env=False)

    def close(self) -> None:
        """Close the connection pool."""
        self._http.close()

    def get(self, path: str, /, **params: Any) -> Any:
        """``GET /control/<path>``."""
        return self._json(self._http.get(f"/control/{path}", params=params))

    def post(self, path: str, /, **body: Any) -> Any:
        """``POST /control/<path>``."""
        return self._json(self._http.post(f"/control/{path}", json=body))

    def fault(self, service: str, mode: str, **more: Any) -> int:
        """Order a fault; returns its number."""
        return int(self.post("faults", service=service, mode=mode, **more)["id"])

    def clear_faults(self) -> None:
        """Forget all faults."""
        self._json(self._http.delete("/control/faults"))

    def calls(self, service: str = "", *, limit: int = 20, match: str = "") -> Any:
        """Counts, the most at once, and the last calls."""
        return self.get("calls", service=service, limit=limit, match=match)

    def settings(self, **body: Any) -> Any:
        """Latency, limits, the time a direct debit takes, the fate of refunds."""
        return self.post("settings", **body)

    def reset(self, *keep: str) -> None:
        """Forget everything but what is named."""
        self.post("reset", keep=list(keep))

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self.post("clock", advance=seconds)

    def today(self, day: str) -> None:
        """The same time of day on another day, such as ``2026-12-12``: models end."""
        self.post("clock", today=day)

    def model(self, name: str, /, **more: Any) -> Any:
        """Add a model (``like`` another), or change one: ``ends="2026-11-27"``."""
        return self.post("models", id=name, **more)

    def meter(self, *, reset: bool = False) -> Any:
        """Tokens and calls by model since the last reset, and of all models."""
        return self._json(self._http.request("DELETE" if reset else "GET", "/control/meter"))

    def pay(self, session: str, **how: Any) -> Any:
        """Pay a Checkout Session without a browser: ``card=``, ``iban=``, ``approve=``."""
        return self.post("stripe/pay", session=session, **how)

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        """Mails, newest first."""
        answer = self._json(self._http.get("/inbox/messages.json", params={"to": to}))
        return list(answer["messages"])

    def wait_for_mail(self, to: str, *, timeout: float = 10.0, after: int = 0) -> dict[str, Any]:
        """The newest mail to an address with an id above ``after``. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails(to) if mail["id"] > after]
            if found:
                return found[0]
            time.sleep(0.05)
        raise TimeoutError(f"no mail to {to} within {timeout:g} s")

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise httpx.HTTPStatusError(
                f"{answer.status_code}: {answer.text[:300]}", request=answer.request, response=answer
            )
        return answer.json()
