"""Parts of pages rendered on their own: none of these tests may touch the database."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string

from documents.enums import DocumentState

PK = "11111111-1111-4111-8111-111111111111"


def include(name: str, **context: object) -> str:
    """One component with what it is given."""
    return Template(f'{{% include "components/{name}.html" %}}').render(Context(context))


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_an_error_page_needs_neither_request_nor_database(status: int) -> None:
    html = render_to_string(f"errors/{status}.html", {"correlation_id": "abc-123"})
    assert "<h1>" in html
    assert f">{status}<" in html
    assert "abc-123" in html


def test_too_many_requests_says_how_long_to_wait() -> None:
    html = render_to_string("errors/429.html", {"retry_after": 600, "retry_minutes": 10})
    assert "in 10 minutes" in html


@pytest.mark.parametrize(
    ("state", "reached"),
    [
        (DocumentState.DRAFT, {"brief"}),
        (DocumentState.OUTLINING, {"brief", "outline", "sources"}),
        (DocumentState.OUTLINED, {"brief", "outline", "sources", "price"}),
        (DocumentState.QUEUED, {"brief", "outline", "sources", "progress"}),
        (DocumentState.WRITING, {"brief", "outline", "sources", "progress"}),
        (DocumentState.FAILED, {"brief", "outline", "sources", "progress"}),
        (DocumentState.READY, {"brief", "outline", "sources", "progress", "take-away"}),
    ],
)
def test_the_stepper_links_the_steps_that_can_be_visited(state: DocumentState, reached: set[str]) -> None:
    html = include("stepper", document=SimpleNamespace(pk=PK, state=state.value), current="")
    for step in ("brief", "outline", "sources", "price", "progress", "take-away"):
        assert (f"/documents/{PK}/{step}/" in html) is (step in reached), step


def test_the_stepper_marks_where_one_is_and_what_is_done() -> None:
    html = include(
        "stepper", document=SimpleNamespace(pk=PK, state="outlined"), current="price", next="Then it is written."
    )
    assert html.count('aria-current="step"') == 1
    assert html.count('data-state="done"') == 3
    assert "Then it is written." in html


def test_a_new_document_has_all_its_steps_ahead() -> None:
    html = include("stepper", document=None, current="describe")
    assert "<a " not in html
    assert html.count('data-state="ahead"') == 5


def test_a_receipt_shows_each_line_and_the_total_with_cents() -> None:
    lines = [
        SimpleNamespace(label="12 × €0.50 a page", amount=Decimal("6")),
        SimpleNamespace(label="Launch discount", amount=Decimal("-0.60"), is_discount=True),
    ]
    html = include("receipt", lines=lines, total=Decimal("5.4"))
    assert "€6.00" in html
    assert "−€0.60" in html
    assert "€5.40" in html


def test_a_moment_names_its_zone() -> None:
    html = include("time", at=datetime(2026, 11, 21, 14, 5, tzinfo=UTC))
    assert 'datetime="2026-11-21T14:05:00Z"' in html
    assert html.count("21 November 2026, 14:05 UTC") == 2


def test_pagination_keeps_the_search() -> None:
    page = Paginator(range(30), 10).page(2)
    html = include("pagination", page=page, query="q=law")
    assert "?q=law&amp;page=1" in html
    assert "?q=law&amp;page=3" in html


def test_one_page_needs_no_pagination() -> None:
    assert include("pagination", page=Paginator(range(3), 10).page(1)).strip() == ""
