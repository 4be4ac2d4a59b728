"""``/metrics``: what Prometheus reads, for whoever shows the token (R-111)."""

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from tesigo.platform.metrics import files, pool
from tesigo.platform.metrics.collectors import readings

_BEARER: Final = "bearer"


class _Scrape:
    """What the encoders of prometheus_client ask for."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._metrics


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics; 404 without a METRICS_TOKEN in the settings, 401 without it in the request."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not may_read(request.headers.get("Authorization", "")):
        response = HttpResponse("This needs the bearer token of METRICS_TOKEN.\n", "text/plain", status=401)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    body, content_type = scrape(accept=request.headers.get("Accept", ""))
    return HttpResponse(body, content_type)


def may_read(authorization: str) -> bool:
    """Whether this header shows the token."""
    kind, _space, token = authorization.partition(" ")
    return kind.lower() == _BEARER and secrets.compare_digest(
        token.strip().encode("utf-8", "replace"), settings.METRICS_TOKEN.encode()
    )


def scrape(*, accept: str = "", with_readings: bool = True) -> tuple[bytes, str]:
    """All metrics of this machine's processes and of what all share, encoded as ``accept`` asks; and the content type.

    Without readings only those of processes: so a worker tells its own, and the web server what the database knows.
    """
    if with_readings:
        pool.sample()
    found = files.gather(Path(settings.METRICS_DIR))
    if with_readings:
        found += readings.metrics()
    encode, content_type = choose_encoder(accept)
    return encode(_Scrape(sorted(found, key=lambda metric: metric.name))), content_type
