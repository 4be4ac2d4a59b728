"""What the sandbox was started with."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_WEBHOOK_SECRET = "whsec_" + "sandbox" * 5  # a placeholder of the sandbox, opens nothing


@dataclass(frozen=True)
class Config:
    """Start options; times in seconds. What may change while running lives in :class:`sandbox.world.World`."""

    host: str = "127.0.0.1"
    port: int = 8010
    smtp_port: int = 8025
    webhook_url: str = ""
    webhook_secret: str = DEFAULT_WEBHOOK_SECRET
    latency: tuple[float, float] = (0.05, 0.2)
    sepa_seconds: float | None = 5.0
    state: Path | None = None
    public_url: str = ""
    quiet: bool = False
    #: Search services hold callers to the pace of the real ones.
    strict_search: bool = False

    @property
    def base_url(self) -> str:
        """The address under which browsers and clients reach the sandbox, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def parse_latency(text: str) -> tuple[float, float]:
    """``"0.1"`` or ``"0.05-0.2"`` as a range of seconds. Raises ValueError."""
    low, _, high = text.partition("-")
    first = float(low)
    last = float(high) if high else first
    if not 0 <= first <= last:
        raise ValueError("latency is a number of seconds, or a range such as 0.05-0.2")
    return first, last
