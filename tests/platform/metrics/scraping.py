"""Reads what a scrape tells."""

from collections.abc import Iterable
from typing import Any

from django.test import Client
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tesigo.platform.metrics.collectors import readings


def scrape(token: str) -> str:
    """The page, with readings of this moment."""
    readings.forget()
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200, response.content
    return response.content.decode()


def families(text: str) -> dict[str, Metric]:
    """Metrics by name; counters without their _total."""
    return {metric.name: metric for metric in text_string_to_metric_families(text)}


def value(text: str, name: str, **labels: str) -> float | None:
    """The one sample of this name with these labels, and perhaps others."""
    found = [sample.value for sample in samples(text, name) if labels.items() <= sample.labels.items()]
    assert len(found) < 2, f"{name} {labels} is not one"
    return found[0] if found else None


def samples(text: str, name: str) -> Iterable[Any]:
    """All samples of a name."""
    return [sample for metric in families(text).values() for sample in metric.samples if sample.name == name]
