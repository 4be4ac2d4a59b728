"""One build writes one order for ``benchmarks.cost``: ``python -P .../cost_build.py``, in that build's own folder.

``PYTHONPATH`` and the current folder name the build, whose own ``benchmarks`` set up its servers and database. Only the
outside world is always this sandbox (``SANDBOX_ROOT``), which meters. Prints one line of JSON.
PAGES=, SECTIONS=, LATENCY=, CHAIN= (JSON: models to write with, instead of the seeded ones), SOURCES= (JSON: PDFs).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import httpx

from benchmarks import site as ground
from benchmarks.workers import worker
from tesigo.platform.processes import wait_until

if TYPE_CHECKING:
    from documents.models import Document

#: All models of both builds are there on this day.
_TODAY: Final = "2026-11-28"
_DEADLINE: Final = 1_500.0
_START_SECONDS: Final = 60.0
_PASSAGE_CHARACTERS: Final = 900


def main() -> None:
    """Orders, waits, and tells what the meter and the rows say."""
    pages, sections = int(os.environ["PAGES"]), int(os.environ["SECTIONS"])
    ground.run_in_process = _this_sandbox  # the same outside world for every build
    with ground.site(latency=float(os.environ["LATENCY"])) as here, worker(here.folder, ("--concurrency=1",)):
        from benchmarks import orders, steps  # not before Django is set up

        chain = json.loads(os.environ.get("CHAIN", "null"))
        if chain:
            _use(chain)
        document = orders.order(pages=pages, sections=sections)
        sources = json.loads(os.environ.get("SOURCES", "null"))
        if sources:
            _replace_sources(document, sources)
        orders.start(document)
        steps.wait_for([document], seconds=_DEADLINE)
        steps.job_of(document)
        told = {"chain": _chain(), **_delivered(document), "meter": _control(here.sandbox, "GET", "meter")}
    print(json.dumps(told), flush=True)


@contextmanager
def _this_sandbox(*, options: tuple[str, ...] = (), **_: Any) -> Iterator[Any]:
    words = [sys.executable, "-m", "sandbox", "--quiet", *options]
    words += ["--webhook-secret", os.environ["STRIPE_WEBHOOK_SECRET"]]
    root = os.environ["SANDBOX_ROOT"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(words, cwd=root, env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        base = process.stdout.readline().split()[1]
        if not wait_until(lambda: _answers(base), seconds=_START_SECONDS):
            raise SystemExit("The sandbox did not start.")
        _control(base, "POST", "clock", today=_TODAY)
        yield SimpleNamespace(control=base)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def _answers(base: str) -> bool:
    try:
        _control(base, "GET", "")
    except httpx.TransportError:
        return False
    return True


def _control(base: Any, method: str, path: str, **body: Any) -> Any:
    answer = httpx.request(method, f"{base}/control/{path}", json=body or None, timeout=10, trust_env=False)
    return answer.raise_for_status().json()


def _use(chain: list[dict[str, Any]]) -> None:
    """These models and no others, in this order, with the columns that the build's own rows have."""
    from generation.models import AIModel

    AIModel.objects.update(enabled=False)
    columns = {field.name for field in AIModel._meta.get_fields()}
    for position, row in enumerate(chain):
        known = {name: value for name, value in row.items() if name in columns}
        identity = {name: known.pop(name) for name in ("provider", "name")}
        AIModel.objects.update_or_create(**identity, defaults={**known, "enabled": True, "position": position})


def _chain() -> list[dict[str, Any]]:
    """The enabled models, for another build to use."""
    from generation.models import AIModel

    names = ("provider", "name", "input_price", "output_price", "context_tokens", "max_output_tokens")
    rows = AIModel.objects.filter(enabled=True).order_by("position", "pk")
    return [{name: _plain(getattr(row, name)) for name in names} for row in rows]


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


def _delivered(document: "Document") -> dict[str, Any]:
    from generation.models import Attempt

    document.refresh_from_db()
    checks = document.citations.values_list("check_result", flat=True)
    purposes: dict[str, int] = {}
    for purpose in Attempt.objects.filter(job__document=document).values_list("purpose", flat=True):
        purposes[purpose] = purposes.get(purpose, 0) + 1
    return {
        "pages": float(document.body_pages or 0),
        "citations": len(checks),
        "checks": {check: list(checks).count(check) for check in sorted(set(checks))},
        "purposes": dict(sorted(purposes.items())),
    }


def _replace_sources(document: "Document", paths: list[str]) -> None:
    """The texts of real PDFs in the place of the invented register."""
    import pypdfium2
    from django.contrib.postgres.search import SearchVector

    from documents.enums import SourceOrigin
    from documents.models import Passage, Source

    document.sources.all().delete()
    for number, path in enumerate(paths, 1):
        key = f"source-{2000 + number}"
        title = f"Source {number}"
        csl: dict[str, Any] = {"id": key, "type": "book", "title": title}
        csl |= {"issued": {"date-parts": [[2000 + number]]}}
        pdf = pypdfium2.PdfDocument(path)
        source = Source.objects.create(
            document=document, key=key, origin=SourceOrigin.UPLOAD, title=title, csl=csl, page_count=len(pdf)
        )
        texts = [(page + 1, text) for page in range(len(pdf)) for text in _passages(pdf[page])]
        Passage.objects.bulk_create(
            Passage(source=source, page=page, page_label=str(page), position=place, text=text)
            for place, (page, text) in enumerate(texts)
        )
        Passage.objects.filter(source=source).update(search=SearchVector("text", config="english"))


def _passages(page: Any) -> list[str]:
    words = page.get_textpage().get_text_range().replace("\x00", "").split()
    found: list[str] = []
    for word in words:
        if found and len(found[-1]) < _PASSAGE_CHARACTERS:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return [text for text in found if len(text) > 80]


if __name__ == "__main__":
    main()
