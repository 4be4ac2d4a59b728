"""Wall time from the job to text that can be read, beside open_deep_research, against the same model.

That peer is a public package, which is installed into a virtual environment of its own: in WORK=folder, and left there,
where that is named. Its plan-and-write graph (``legacy.graph``) asks the sandbox that this build asks, with the same
latency, the same model and for sections of the same length. It writes Markdown and checks nothing: a model grades each
section once. Searches of the web answer at once. Ours is measured as `writing` does it, from payment on.

The peer plans its report, asks whether the plan is right, and writes: its time is told from the topic on, and from the
moment when its plan is approved, which is where an order of ours stands when it is paid for.
ROUNDS= (3), SECTIONS= (10,20), LATENCY= (1.0) seconds of a call, BUSY= (0) busy loops beside.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks import tables
from benchmarks.beside import Build, build, busy_loops
from benchmarks.site import site
from benchmarks.workers import beat, worker

_PACKAGE: Final = "open_deep_research==0.0.16"
_INSTALL_SECONDS: Final = 1_200.0
_DEADLINE_SECONDS: Final = 300.0
_HEAD: Final = ("what", "ours", "peer", "ours ÷ peer", "characters, ours and peer's", "to reach")
#: Runs in the peer's environment. The name of the search service's host is in its client, not in its settings.
_REPORTS: Final = """
import asyncio, functools, itertools, json, os, sys, time
from importlib.metadata import version
from langgraph.checkpoint.memory import MemorySaver
from langgraph.types import Command
from legacy import graph, utils

MODELS = {"planner_provider": "openai", "planner_model": "gpt-6.1-terra"}
MODELS |= {"writer_provider": "openai", "writer_model": "gpt-6.1-terra"}
TOPIC = "Topic: How lighthouses were kept, and what became of their keepers"
utils.AsyncTavilyClient = functools.partial(utils.AsyncTavilyClient, api_base_url=os.environ["TAVILY_URL"])
writer = graph.builder.compile(checkpointer=MemorySaver())
threads = itertools.count()

def tell(found):
    print("told " + json.dumps(found), flush=True)

async def report(sections, characters):
    config = {"configurable": {"thread_id": str(next(threads)), **MODELS}}
    topic = f"{TOPIC}\\nThe report has {sections} sections, each of about {characters:,} characters."
    begin = time.monotonic()
    await writer.ainvoke({"topic": topic}, config)
    planned = time.monotonic()
    done = await writer.ainvoke(Command(resume=True), config)
    end = time.monotonic()
    state = await writer.aget_state(config)
    return {
        "whole": end - begin,
        "written": end - planned,
        "sections": len(state.values["completed_sections"]),
        "characters": len(done["final_report"]),
    }

tell({name: version(name) for name in ("open_deep_research", "langgraph", "langchain-openai")})
with asyncio.Runner() as runner:
    for line in sys.stdin:
        tell(runner.run(report(*json.loads(line))))
"""


def main() -> None:
    """Both in turn, each size as often as there are rounds; the other one first in every second round."""
    rounds, busy = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("BUSY", "0"))
    latency = float(os.environ.get("LATENCY", "1.0"))
    sizes = [int(word) for word in os.environ.get("SECTIONS", "10,20").split(",")]
    with ExitStack() as stack:
        python = stack.enter_context(_installed(os.environ.get("WORK", "")))
        here = stack.enter_context(site(latency=latency))
        stack.enter_context(worker(here.folder))
        stack.enter_context(beat(here.folder))
        told = {"OPENAI_API_KEY": "sk-peer", "TAVILY_API_KEY": "tvly-peer", "LANGSMITH_TRACING": "false"}
        peer = stack.enter_context(build(python.parent.parent, _REPORTS, python=python, settings=told))
        print(", ".join(f"{name} {number}" for name, number in peer.first.items()), flush=True)
        _, characters = _ours(8)  # both are warm, as they are in a running house
        _peers(peer, 8, characters)
        stack.enter_context(busy_loops(busy))
        rows = [row for sections in sizes for row in _compared(peer, sections, rounds, busy)]
    beside = f", {busy} busy loops beside" if busy else ""
    tables.show(f"Job to readable text at {latency:g} s a call, and by {_PACKAGE}{beside}", _HEAD, rows)


def _compared(peer: Build, sections: int, rounds: int, busy: int) -> list[tuple[object, ...]]:
    ours: list[tuple[float, int]] = []
    theirs: list[dict[str, Any]] = []
    for number in range(rounds):
        if number % 2:
            theirs.append(_peers(peer, sections, ours[-1][1]))
        ours.append(_ours(sections))
        if not number % 2:
            theirs.append(_peers(peer, sections, ours[-1][1]))
    now = median(seconds for seconds, _ in ours)
    characters = f"{ours[-1][1]:,} and {theirs[-1]['characters']:,}"
    rows: list[tuple[object, ...]] = []
    for name, since in (("its topic", "whole"), ("its approved plan", "written")):
        taken = median(told[since] for told in theirs)
        most = f"≤ {1.0 if busy else 0.9}"
        what = f"{sections} sections, the peer from {name} on"
        rows.append((what, f"{now:.2f} s", f"{taken:.2f} s", f"{now / taken:.2f}", characters, most))
    return rows


def _ours(sections: int) -> tuple[float, int]:
    """Seconds from payment until the text could be read, and its characters."""
    from benchmarks import orders, steps  # not before Django is set up

    document = orders.order(pages=sections, sections=sections)
    orders.look_ahead([document])
    orders.start(document)
    steps.wait_for([document], seconds=_DEADLINE_SECONDS)
    characters = sum(len(text) for text in document.sections.values_list("text", flat=True))
    return steps.readable(steps.job_of(document)), characters


def _peers(peer: Build, sections: int, characters: int) -> Any:
    """What it tells of one report, for which it is asked for as many characters as ours had."""
    told = peer.ask((sections, characters // sections), seconds=_DEADLINE_SECONDS)
    if told["sections"] != sections:
        raise SystemExit(f"The peer wrote {told['sections']} sections instead of {sections}.")
    return told


@contextmanager
def _installed(kept: str) -> Iterator[Path]:
    """The Python of an environment that has the peer, and what its own requirements name, from pip's usual index."""
    with tempfile.TemporaryDirectory(prefix="tesigo-peer-") as made:
        folder = Path(kept).resolve() if kept else Path(made)
        python = folder / "bin" / "python"
        print(f"installing {_PACKAGE} …", flush=True)
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=_INSTALL_SECONDS)
        words = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", _PACKAGE]
        subprocess.run(words, check=True, timeout=_INSTALL_SECONDS)
        yield python


if __name__ == "__main__":
    main()
