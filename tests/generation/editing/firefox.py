"""Firefox as it is installed, over WebDriver BiDi, which it speaks by itself: a session, windows, keys."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

_LISTENING: Final = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_ANSWER_SECONDS: Final = 120.0
#: On a busy machine.
_SEEN_SECONDS: Final = 60.0
_KEYS: Final = {"Control": "\ue009", "Shift": "\ue008", "Alt": "\ue00a", "Enter": "\ue007", "Escape": "\ue00c",
                "End": "\ue010", "ArrowRight": "\ue014", "F10": "\ue03a"}  # fmt: skip
#: The hour can be put on: what counts seconds looks at it each second.
_CLOCK: Final = """() => {
  const now = Date.now.bind(Date);
  window.ahead = 0;
  Date.now = () => now() + window.ahead;
}"""
#: Nothing of home is asked; the first page is an empty one; nobody is asked whether to leave a page.
_PREFERENCES: Final = {
    "browser.startup.page": 0,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class FirefoxError(Exception):
    """Firefox says no; its own words."""


def program() -> str | None:
    """Where it is installed, if it is."""
    return shutil.which("firefox") or shutil.which("firefox-esr")


@contextmanager
def started(path: str, profile: Path) -> "Iterator[Firefox]":
    """A headless one with a profile of its own, until the block ends."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    words = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    log = profile / "firefox.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=told, env={**os.environ, "HOME": str(profile)}
        )
    try:
        with connect(f"{_address(process, log)}/session", max_size=None, open_timeout=_ANSWER_SECONDS) as line:
            firefox = Firefox(line)
            firefox.ask("session.new", capabilities={"alwaysMatch": {"unhandledPromptBehavior": {"default": "accept"}}})
            firefox.ask("session.subscribe", events=["log.entryAdded"])
            yield firefox
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    ends_at = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < ends_at and process.poll() is None:
        if found := _LISTENING.search(log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.05)
    raise FirefoxError(log.read_text(errors="replace")[-2_000:])


class Firefox:
    """A session. ``problems`` are errors of scripts and of the security policy."""

    def __init__(self, line: ClientConnection) -> None:
        self._line, self._number = line, 0
        self.in_front = ""  # the tab that keys go to
        self.problems: list[str] = []

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Sends one command and returns what came of it. Raises FirefoxError."""
        self._number += 1
        self._line.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            told = json.loads(self._line.recv(timeout=_ANSWER_SECONDS))
            if told.get("method") == "log.entryAdded":
                self._note(told["params"])
            if told.get("id") != self._number:
                continue
            if told["type"] == "error":
                raise FirefoxError(f"{method}: {told['error']}: {told['message']}")
            result: dict[str, Any] = told["result"]
            return result

    def _note(self, entry: dict[str, Any]) -> None:
        text = str(entry.get("text"))
        if (entry["type"] == "javascript" and entry["level"] == "error") or "Content-Security-Policy" in text:
            self.problems.append(text)

    def window(self, site: str, cookies: dict[str, str]) -> "Window":
        """A window of a person of its own, with these cookies of a site."""
        person = self.ask("browser.createUserContext")["userContext"]
        tab = self.ask("browsingContext.create", type="tab", userContext=person)["context"]
        self.ask("script.addPreloadScript", functionDeclaration=_CLOCK, contexts=[tab])
        host = site.partition("://")[2].partition(":")[0]
        for name, value in cookies.items():
            cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": host, "path": "/"}
            self.ask("storage.setCookie", cookie=cookie, partition={"type": "storageKey", "userContext": person})
        return Window(self, tab, site)


class Window:
    """One window: pages, keys, and what is seen. A question that is not answered with yes for a minute fails."""

    def __init__(self, firefox: Firefox, tab: str, site: str) -> None:
        self._firefox, self._tab, self._site = firefox, tab, site

    def open(self, path: str) -> None:
        """Goes to a page and waits until it was loaded."""
        self._firefox.ask("browsingContext.navigate", context=self._tab, url=f"{self._site}{path}", wait="complete")

    def reload(self) -> None:
        """The same page anew."""
        self._firefox.ask("browsingContext.reload", context=self._tab, wait="complete")

    def run(self, function: str, *arguments: str) -> Any:
        """What a function of JavaScript returns as text, number, truth or nothing; a promise is waited for."""
        found = self._firefox.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": one} for one in arguments],
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        if found["type"] == "exception":
            raise FirefoxError(found["exceptionDetails"]["text"])
        return found["result"].get("value")

    def see(self, question: str, *arguments: str) -> None:
        """Waits until a function says yes, over pages that come and go."""
        ends_at = time.monotonic() + _SEEN_SECONDS
        said: object = None
        while time.monotonic() < ends_at:
            try:
                said = self.run(question, *arguments)
            except FirefoxError as error:
                said = error  # between two pages there is nobody to ask
            if said is True:
                return
            time.sleep(0.05)
        raise AssertionError(f"{question} {arguments}: {said}; {self.run('() => document.body.innerText')}")

    def shows(self, selector: str, words: str = "") -> None:
        """Waits until something is to be seen and says these words."""
        question = """(selector, words) => [...document.querySelectorAll(selector)].some((one) =>
          one.checkVisibility() && `${one.textContent} ${one.value ?? ""}`.replace(/\\s+/g, " ").includes(words))"""
        self.see(question, selector, words)

    def is_in(self, state: str) -> None:
        """Waits until the writing room says that its text stands so."""
        self.see("(state) => document.querySelector('[data-room]')?.dataset.state === state", state)

    def click(self, selector: str, words: str = "") -> None:
        """Clicks what is to be seen and says these words, once it is there."""
        self.shows(selector, words)
        self.run(
            """(selector, words) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility()
              && one.textContent.replace(/\\s+/g, " ").includes(words)).click()""",
            selector,
            words,
        )

    def fill(self, selector: str, words: str) -> None:
        """Puts words into a field as if they were typed."""
        self.run(
            """(selector, words) => { const field = document.querySelector(selector); field.value = words;
              field.dispatchEvent(new Event("input", { bubbles: true })); }""",
            selector,
            words,
        )

    def paste(self, html: str) -> None:
        """Copies it as another program would, and pastes it where the caret is."""
        self.run(
            """(html) => {
              const copied = (event) => {
                event.clipboardData.setData("text/html", html);
                event.preventDefault();
                event.stopImmediatePropagation();
              };
              addEventListener("copy", copied, { once: true, capture: true });
              document.execCommand("copy");
            }""",
            html,
        )
        self.press("Control+v")

    def press(self, *keys: str) -> None:
        """Keys, one chord each: ``Control+s``."""
        for chord in keys:
            values = [_KEYS.get(name, name) for name in chord.split("+")]
            down = [{"type": "keyDown", "value": value} for value in values]
            self._act([*down, *({"type": "keyUp", "value": value} for value in reversed(values))])

    def type(self, words: str) -> None:
        """Letter by letter."""
        self._act([{"type": kind, "value": letter} for letter in words for kind in ("keyDown", "keyUp")])

    def _act(self, actions: list[dict[str, str]]) -> None:
        if self._firefox.in_front != self._tab:
            self._firefox.ask("browsingContext.activate", context=self._tab)
            self._firefox.in_front = self._tab
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self._firefox.ask("input.performActions", context=self._tab, actions=[source])

    def pass_seconds(self, seconds: int) -> None:
        """Puts the hour of this page on."""
        self.run(f"() => {{ window.ahead += {seconds * 1_000}; }}")

    def cut(self, *, is_cut: bool) -> None:
        """Takes the network away from this window, or gives it back."""
        conditions = {"type": "offline"} if is_cut else None
        self._firefox.ask("emulation.setNetworkConditions", networkConditions=conditions, contexts=[self._tab])
