"""`make demo`: the whole journey without hands, from an address to a PDF and a DOCX in var/demo/.

ASSIGNMENT=, SOURCES= (paths, separated by spaces or colons), PAGES=, LANGUAGE= and TOPIC= choose the input; without
them the brief and the source beside this file are taken. Uses the site that runs at SITE_URL, or starts one.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from demo.source import write_source
from demo.student import JourneyError, Student

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDER = ROOT / "var" / "demo"


def inputs() -> tuple[Path | None, list[Path], dict[str, str | None]]:
    """The assignment sheet, the sources and the description, from the environment or from this folder."""
    sources = [Path(name) for name in os.environ.get("SOURCES", "").replace(":", " ").split()]
    assignment = os.environ.get("ASSIGNMENT", "")
    chosen = bool(sources or assignment)
    for path in [*sources, *([Path(assignment)] if assignment else [])]:
        if not path.is_file():
            raise JourneyError(f"there is no file {path}")
    topic = os.environ.get("TOPIC") or (
        "How a community of volunteers keeps the quality of a large software distribution"
        if chosen
        else "How lighthouses were kept, and what became of their keepers"
    )
    brief = {
        "kind": "seminar",
        "topic": topic,
        "language": os.environ.get("LANGUAGE") or "en",
        "level": "bachelor",
        "pages": os.environ.get("PAGES") or ("12" if chosen else "4"),
        "citation_style": "apa",
        "author_name": "Ada Example",
        # Only what was handed in is cited, so that every citation can be looked up in it.
        "search_for_sources": None,
    }
    if not chosen:
        return HERE / "assignment.md", [write_source(FOLDER / "keeping-the-light.pdf")], brief
    return (Path(assignment) if assignment else None), sources, brief


@contextmanager
def running_site(site: str) -> Iterator[None]:
    """The site at ``site``: the one that runs, or one started for the length of the demo."""
    if _answers(site):
        yield
        return
    print("starting the site …", flush=True)
    process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "up"], cwd=ROOT)
    try:
        deadline = time.monotonic() + 240
        while not _answers(site):
            if process.poll() is not None or time.monotonic() > deadline:
                raise JourneyError("the site did not start; its own words are above")
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(site: str) -> bool:
    try:
        return httpx.get(f"{site}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def site_and_inbox() -> tuple[str, str]:
    """Where the site and the mails are: as in the environment, else where `make run` puts them."""
    site = os.environ.get("SITE_URL", f"http://127.0.0.1:{os.environ.get('SITE_PORT', '8000')}")
    inbox = os.environ.get("MAIL_INBOX_URL", f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT', '8010')}/inbox")
    return site, inbox


def main() -> None:
    """Walks the journey and prints what was seen."""
    site, inbox = site_and_inbox()
    FOLDER.mkdir(parents=True, exist_ok=True)
    assignment, sources, brief = inputs()
    started = time.monotonic()
    with running_site(site):
        student = Student(site, inbox)
        try:
            walk(student, assignment, sources, brief)
        finally:
            student.close()
    print(f"done in {time.monotonic() - started:.0f} s")


def walk(student: Student, assignment: Path | None, sources: list[Path], brief: dict[str, str | None]) -> None:
    """The journey of the product, step by step."""
    student.sign_in(f"ada.{int(time.time())}@example.org")
    print("signed in")
    document = student.describe(**brief)
    print(f"described: {brief['topic']} ({brief['pages']} pages, {brief['language']})")
    if assignment:
        student.upload(document, assignment, "assignment")
        print(f"handed in: {assignment.name}")
    for source in sources:
        student.upload(document, source, "source")
        print(f"handed in: {source.name}")
    titles = student.get_outline(document)
    print(f"outline: {len(titles)} entries, from “{titles[0]}” to “{titles[-1]}”")
    student.edit_outline(document, first_title=titles[0])
    print(f"price: {student.price(document)}")
    student.pay(document)
    print("paid; being written:")
    student.watch(document)
    for path in student.download(document, FOLDER):
        print(f"saved {path.relative_to(ROOT)} ({path.stat().st_size:,} bytes)")


if __name__ == "__main__":
    try:
        main()
    except JourneyError as error:
        sys.exit(f"The demo stopped: {error}")
