"""The editor of a section of 200 pages: opening it ÷ an earlier reader, typing, memory, and pasting from Word (R-90).

In headless Chromium, with the web servers of both builds beside each other, each with rows and a database of its own:
the same 200 pages in 80 sections, whose longest has 31,000 characters; typing is measured in one of 99,000, too, as
long as one may be. BEFORE= (2350ef3) names the earlier build, ROUNDS= (7) is how often each page is opened in turn:
with an empty cache, then once more. From a key's own time to behind the next frame, KEYS= (500) keys; the heap is read
after garbage was collected, up to STROKES= (10000) keys. PARTS= (opening typing memory pasting) chooses.
"""

import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from benchmarks import long_text, signed_in, tables, word_paste
from benchmarks.beside import build
from benchmarks.serving import checked_out
from tesigo.platform.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

_ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
_WAIT_MS: Final = 120_000
#: Milliseconds between two keys of somebody who writes quickly, and who stops behind every twenty-fifth.
_KEY_MS: Final = 60
_PAUSE_MS: Final = 600
_TYPED: Final = "the lamp burned until the morning came and nobody saw it. "
#: Runs in a tree of either build: rows, a cookie, a web server. Ends when its input does. Its arguments are the files
#: of this build's `signed_in` and `long_text`, then how many characters the longest section has in each document.
_SERVED: Final = """
import json, os, subprocess, sys, time
from http.client import HTTPConnection
from runpy import run_path
from benchmarks.site import site

with site() as here:
    from django.core.management import call_command
    from django.urls import NoReverseMatch, reverse

    call_command("collectstatic", interactive=False, verbosity=0)
    rows, cookies = run_path(sys.argv[2]), run_path(sys.argv[1])
    found = []
    for longest in map(int, sys.argv[3:]):
        document, section = rows["finished"](longest=longest)
        pages = {"read": reverse("documents:read", args=[document.pk]), "cookie": cookies["cookie_of"](document.owner)}
        try:
            pages["edit"] = reverse("generation:edit", args=[document.pk, section])
        except NoReverseMatch:
            pass
        found.append(pages)
    site_url = os.environ["SITE_URL"]
    port = int(site_url.rpartition(":")[2])
    words = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", f"--port={port}", "--no-proxy-headers"]
    log = (here.folder / "web.log").open("w")
    web = subprocess.Popen([*words, "--no-access-log", "--lifespan=off"], stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            try:
                asked = HTTPConnection("127.0.0.1", port, timeout=2)
                asked.request("GET", "/health", headers={"Host": site_url.partition("://")[2]})
                if asked.getresponse().status == 200:
                    break
            except OSError:
                pass
            time.sleep(0.2)
        print("told " + json.dumps([site_url, found]), flush=True)
        sys.stdin.read()
    finally:
        web.kill()
        web.wait()
"""
#: Says when a page was loaded, or its editor put in, and the frame behind it was made; milliseconds since navigation.
_WATCHED: Final = """
(() => {
  const behindFrame = (found) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => found(performance.now());
    channel.port2.postMessage(0);
  });
  window.loaded = new Promise((found) => addEventListener("load", () => behindFrame(found)));
  window.mounted = new Promise((found) => addEventListener("room:mounted", (event) => {
    window.room = event.detail.editor;
    behindFrame(found);
  }));
  window.watchKeys = () => {
    [window.taken, window.timed] = [[], []];
    addEventListener("keydown", (event) => behindFrame((at) => window.taken.push(at - event.timeStamp)), true);
    new PerformanceObserver((list) => {
      window.timed.push(...list.getEntries().filter((one) => one.name === "keydown").map((one) => one.duration));
    }).observe({ type: "event", durationThreshold: 16 });
  };
  window.pasted = (html) => new Promise((found) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    const from = performance.now();
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector(".prose.reading").dispatchEvent(event);
    behindFrame((at) => found(at - from));
  });
  window.said = () => {
    const pieces = [];
    const into = (node) => {
      const { blocks = [], items = [], source = "" } = node.attrs ?? {};
      pieces.push(node.text ?? source, node.type === "note" ? "^" : "");
      pieces.push(...items.map((one) => `@${one.key}${one.suffix}`));
      [...blocks, ...(node.content ?? [])].forEach(into);
    };
    into(window.room.getJSON());
    return pieces.join("").replace(/\\s+/g, "");
  };
})();
"""
_STORED: Final = """() => [localStorage, sessionStorage].map((one) =>
  Object.entries(one).reduce((sum, [name, value]) => sum + name.length + value.length, 0))"""


def main() -> None:
    """Both builds up, then opening, typing, memory and pasting, one after the other."""
    from playwright.sync_api import sync_playwright

    before = os.environ.get("BEFORE", "2350ef3")
    with ExitStack() as stack:
        folder = stack.enter_context(checked_out(before, kept=os.environ.get("KEPT", "")))
        (was,) = stack.enter_context(_served(folder, long_text.LONGEST))
        long, most = stack.enter_context(_served(ROOT, long_text.LONGEST, long_text.MOST))
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        parts = {
            "opening": lambda: _opening(browser, was, long, before=before, rounds=int(os.environ.get("ROUNDS", "7"))),
            "typing": lambda: _typing(browser, {"longest of 200 pages": long, "as long as one may be": most}),
            "memory": lambda: _memory(browser, long),
            "pasting": lambda: _pasting(browser, long),
        }
        for name in os.environ.get("PARTS", " ".join(parts)).split():
            parts[name]()
        browser.close()


class _Site:
    """A document on a web server that stands."""

    def __init__(self, address: str, pages: dict[str, str]) -> None:
        self.address, self.pages = address, pages

    @contextmanager
    def window(self, browser: "Browser") -> "Iterator[BrowserContext]":
        """With an empty cache, signed in."""
        context = browser.new_context(base_url=self.address, viewport={"width": 1280, "height": 900})
        name, _, value = self.pages["cookie"].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.address}])
        context.add_init_script(_WATCHED)
        context.set_default_timeout(_WAIT_MS)
        yield context
        context.close()


@contextmanager
def _served(tree: "Path", *longest: int) -> Iterator[list[_Site]]:
    with build(tree, _SERVED, signed_in.__file__, long_text.__file__, *map(str, longest)) as served:
        address, found = served.first
        yield [_Site(address, pages) for pages in found]


def _opened(page: "Page", address: str, name: str) -> float:
    """Milliseconds from the beginning of the navigation until the page is there and its first frame made."""
    page.goto(address, wait_until="load")
    return float(page.evaluate(f"window.{name}"))


def _edited(context: "BrowserContext", site: _Site) -> "Page":
    page = context.new_page()
    _opened(page, site.pages["edit"], "mounted")
    page.locator(".prose.reading").focus()
    page.evaluate("window.room.commands.focus('end')")
    return page


def _opening(browser: "Browser", was: _Site, now: _Site, *, before: str, rounds: int) -> None:
    asked = {
        f"the reader of {before}": (was, "read", "loaded"),
        "the reader": (now, "read", "loaded"),
        "the longest section in the editor": (now, "edit", "mounted"),
    }
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for number in range(-1, rounds):
        for name, (site, kind, mark) in list(asked.items())[:: 1 if number % 2 else -1]:
            with site.window(browser) as context:
                page = context.new_page()
                took = tuple(_opened(page, site.pages[kind], mark) for _ in range(2))
                if number >= 0:
                    seen[name].append((took[0], took[1]))
    medians = {
        name: [statistics.median(one[place] for one in found) for place in (0, 1)] for name, found in seen.items()
    }
    least = medians[f"the reader of {before}"]
    rows = [
        (name, *(f"{took:.0f} ms, {took / base:.2f}" for took, base in zip(found, least, strict=True)))
        for name, found in medians.items()
    ]
    tables.show("Opening, ÷ the earlier reader (to reach: ≤ 1.2)", ("page", "empty cache", "once more"), rows)


def _typing(browser: "Browser", sites: dict[str, _Site]) -> None:
    keys = int(os.environ.get("KEYS", "500"))
    rows = []
    for name, site in sites.items():
        with site.window(browser) as context:
            page = _edited(context, site)
            characters = page.evaluate("window.room.getText().length")
            page.evaluate("window.watchKeys()")
            for number in range(keys):
                page.keyboard.press(_key(number))
                page.wait_for_timeout(_KEY_MS if (number + 1) % 25 else _PAUSE_MS)
            page.wait_for_timeout(_PAUSE_MS)
            taken, timed = sorted(page.evaluate("window.taken")), page.evaluate("window.timed")
            # Chromium tells of none below 16 ms, and of each in steps of 8.
            timed = sorted([16.0] * max(0, keys - len(timed)) + timed)
            at = [f"{values[int(len(values) * share)]:.0f} ms" for values, share in ((taken, 0.5), (taken, 0.95))]
            rows.append(
                (name, f"{characters:,}", *at, f"{taken[-1]:.0f} ms", f"{timed[int(len(timed) * 0.95)]:.0f} ms")
            )
    head = ("section", "characters", "median", "p95", "slowest", "p95 by Event Timing")
    tables.show(f"{keys} keys, each until the frame behind it (to reach: p95 ≤ 50 ms)", head, rows)


def _key(number: int) -> str:
    letter = _TYPED[number % len(_TYPED)]
    return "Space" if letter == " " else letter


def _memory(browser: "Browser", site: _Site) -> None:
    strokes = int(os.environ.get("STROKES", "10000"))
    rows = []
    with site.window(browser) as context:
        page = _edited(context, site)
        cdp = context.new_cdp_session(page)
        done = 0
        for until in (0, strokes // 4, strokes // 2, strokes * 3 // 4, strokes):
            page.keyboard.type("".join(_TYPED[number % len(_TYPED)] for number in range(done, until)))
            done = until
            page.wait_for_timeout(2 * _PAUSE_MS)
            rows.append((f"{until:,}", *_heap(cdp), *(f"{one / 1e6:.2f} M" for one in page.evaluate(_STORED))))
    head = ("keys", "heap", "nodes", "localStorage", "sessionStorage")
    tables.show("Memory while typing (to reach: flat)", head, rows)


def _heap(cdp: "CDPSession") -> tuple[str, str]:
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    used = cdp.send("Runtime.getHeapUsage")["usedSize"]
    return f"{used / 1e6:.2f} MB", f"{cdp.send('Memory.getDOMCounters')['nodes']:,}"


def _pasting(browser: "Browser", site: _Site) -> None:
    rows = []
    for words, notes in ((50_000, 200), (13_000, 52)):
        with site.window(browser) as context:
            page = _edited(context, site)
            before = page.evaluate("window.said()")
            if notes < 100:
                page.evaluate("window.room.commands.selectAll()")
            took = page.evaluate("(html) => window.pasted(html)", word_paste.html(words=words, notes=notes))
            rows.append((f"{words:,} words, {notes} notes", f"{took / 1000:.1f} s", *_kept(page, before, site)))
    tables.show("Pasted from Word", ("what", "until it is shown", "notes", "saved", "and then"), rows)


def _kept(page: "Page", before: str, site: _Site) -> tuple[str, str, str]:
    """Notes that arrived, what saving said, and whether what is read again, or what Undo brings back, is the text."""
    said = page.evaluate("window.said()")
    notes = str(said.count("^"))
    began = page.evaluate("performance.now()")
    page.keyboard.press("Control+s")
    refusal = page.locator("[data-editor-refusal]:not([hidden])")
    done = page.locator("[data-room][data-state=done]")
    refusal.or_(done).first.wait_for()
    took = (page.evaluate("performance.now()") - began) / 1000
    if refusal.count():
        words = refusal.inner_text()
        is_there = page.evaluate("window.said()") == said
        page.evaluate("window.room.commands.undo()")
        is_back = page.evaluate("window.said()") == before
        return notes, f"no, {took:.1f} s: {words}", f"there: {is_there}, Undo brings back: {is_back}"
    page.reload()
    _opened(page, site.pages["edit"], "mounted")
    return notes, f"{took:.1f} s", f"the same when read again: {page.evaluate('window.said()') == said}"


if __name__ == "__main__":
    main()
