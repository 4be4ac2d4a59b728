"""What the calls to the models cost for one order, beside an earlier build, metered by the same sandbox.

Both builds write the same order against this sandbox: each with its own models, then both with the present ones. Priced
from the sandbox's own meter at the list prices of ``prices.py``. The earlier build is checked out into a folder of its
own, with servers and a database of its own. PAGES= (60), SECTIONS= (a section for 2.5 pages), LATENCY= (1.0),
BEFORE= (2350ef3), WORK= (a folder to keep the earlier build in, for further runs), SOURCES= (paths of PDFs, separated
by colons).
"""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks import tables
from benchmarks.prices import cost
from benchmarks.serving import checked_out
from tesigo.platform.paths import ROOT

_BEFORE: Final = "2350ef3"
_PAGES: Final = 60
_PAGES_A_SECTION: Final = 2.5
_SECONDS: Final = 1_800
_OWN, _SAME = "own models", "same models"
_TO_REACH: Final = {_OWN: Decimal("0.35"), _SAME: Decimal("0.6")}
_INPUT_TO_REACH: Final = 0.6

Told = dict[str, Any]


def main() -> None:
    """The builds by turns, each run with fresh servers of its build."""
    pages = int(os.environ.get("PAGES") or _PAGES)
    sections = int(os.environ.get("SECTIONS") or max(3, round(pages / _PAGES_A_SECTION)))
    order = {"PAGES": str(pages), "SECTIONS": str(sections), "LATENCY": os.environ.get("LATENCY", "1.0")}
    paths = [str(Path(path).resolve()) for path in os.environ.get("SOURCES", "").split(":") if path]
    order["SOURCES"] = json.dumps(paths)
    with checked_out(os.environ.get("BEFORE", _BEFORE), kept=os.environ.get("WORK", "")) as folder:
        before = _write(folder, order)
        now = _write(ROOT, order)
        same = _write(folder, order | {"CHAIN": json.dumps(now["chain"])})
    for title, told in (("before", before), ("now", now), ("before, with the models of now", same)):
        print(f"{title}: {json.dumps(told['purposes'])}, models: {json.dumps(told['meter']['models'])}")
    _show(pages, sections, {_OWN: (before, now), _SAME: (same, now)})


def _write(build: Path, order: dict[str, str]) -> Told:
    """One order in one build, as processes of its own."""
    script = Path(__file__).with_name("cost_build.py")
    environ = os.environ | order | {"PYTHONPATH": str(build), "SANDBOX_ROOT": str(ROOT)}
    print(f"{build.name}: {order['PAGES']} pages …", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-P", str(script)], cwd=build, env=environ, stdout=subprocess.PIPE, text=True, timeout=_SECONDS
    )
    if done.returncode:
        raise SystemExit(f"The build in {build} did not deliver.")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def _show(pages: int, sections: int, runs: dict[str, tuple[Told, Told]]) -> None:
    rows: list[tuple[object, ...]] = []
    for title, (before, now) in runs.items():
        for name, told in (("before", before), ("now", now)):
            whole = told["meter"]["all"]
            prompt = whole["input"] + whole["cached"] + whole["written"]
            rows.append(
                (
                    f"{title}, {name}",
                    f"{cost(told['meter']):.3f}",
                    _per(prompt, told),
                    f"{whole['cached'] / prompt:.0%}",
                    _per(whole["output"], told),
                    _per(whole["calls"], told, 2),
                    _per(told["citations"], told, 2),
                    f"{told['pages']:.1f}",
                    ", ".join(f"{count} {check}" for check, count in told["checks"].items()),
                )
            )
    head = ("", "EUR", "input/page", "cached", "output/page", "calls/page", "citations/page", "pages", "checks passed")
    tables.show(f"{pages} pages in {sections} sections", head, rows)
    tables.show("Now ÷ before", ("", "ratio", "to reach"), _ratios(runs))


def _ratios(runs: dict[str, tuple[Told, Told]]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for title, (before, now) in runs.items():
        ratio = cost(now["meter"]) / cost(before["meter"])
        rows.append((f"cost, {title}", f"{ratio:.3f}", f"≤ {_TO_REACH[title]}"))
    before, now = runs[_OWN]
    for name, most in (("input tokens a page", _INPUT_TO_REACH), ("calls a page", 1.0)):
        figures = [_prompt(told) if "input" in name else told["meter"]["all"]["calls"] for told in (now, before)]
        ratio = figures[0] / now["pages"] / (figures[1] / before["pages"])
        rows.append((name, f"{ratio:.3f}", f"≤ {most}"))
    return rows


def _prompt(told: Told) -> int:
    whole = told["meter"]["all"]
    return int(whole["input"] + whole["cached"] + whole["written"])


def _per(figure: int, told: Told, digits: int = 0) -> str:
    return f"{figure / told['pages']:,.{digits}f}"


if __name__ == "__main__":
    main()
