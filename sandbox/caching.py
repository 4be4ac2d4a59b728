"""Prompt caches by the providers' own rules: equal beginnings, in steps or at breakpoints, for a while.

A prompt is a list of blocks. Up to GPT-5.5 OpenAI keeps every beginning from 1,024 tokens on in steps of 128; from
GPT-5.6 on, and at Anthropic, only beginnings that end at a breakpoint are kept. Caches belong to a key and a model.
An entry is there once the answer that wrote it has begun: calls at the same moment do not find each other's.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.metering import Used
from sandbox.models import Model

STEP_TOKENS = 128
FEWEST_TOKENS = 1_024
#: Seconds that an entry lives after its last use.
OPENAI_TTL, OPENAI_LONG_TTL = 600.0, 86_400.0
BREAKPOINT_TTL, BREAKPOINT_LONG_TTL = 1_800.0, 43_200.0
ANTHROPIC_TTL, ANTHROPIC_LONG_TTL = 300.0, 3_600.0
#: Blocks before a breakpoint in which Anthropic looks for an older entry.
LOOK_BACK_BLOCKS = 20
CHARACTERS_PER_STEP = STEP_TOKENS * 4
LIMIT = 200_000


@dataclass(frozen=True)
class Block:
    """A part of a prompt; with a ``ttl`` a breakpoint stands at its end."""

    text: str
    ttl: float | None = None


@dataclass
class Found:
    """What a prompt finds in the cache, and what it leaves there: ``keep`` is to be called when the answer begins."""

    cached: int = 0
    written: int = 0
    written_1h: int = 0
    keep: Callable[[], None] = field(default=lambda: None)

    def used(self, prompt: int, output: int, reasoning: int) -> Used:
        """The call's bill."""
        fresh = prompt - self.cached - self.written
        return Used(fresh, self.cached, self.written, self.written_1h, output, reasoning)


@dataclass
class _Entry:
    ttl: float
    ends: float


class PromptCache:
    """The beginnings that both providers remember, by (provider's rule, key, model, digest)."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def reset(self) -> None:
        """Nothing is remembered."""
        self._entries.clear()

    def by_steps(self, model: Model, owner: str, blocks: list[Block], ttl: float) -> Found:
        """OpenAI up to GPT-5.5: the longest equal beginning, in steps of 128 tokens. Writing costs nothing."""
        started = self._now()
        text = "\x00".join(block.text for block in blocks)
        digest, digests, cached = _seed(model, owner), [], 0
        is_found = True
        for step in range(1, len(text) // CHARACTERS_PER_STEP + 1):
            digest = _next(digest, text[(step - 1) * CHARACTERS_PER_STEP : step * CHARACTERS_PER_STEP])
            if step * STEP_TOKENS < FEWEST_TOKENS:
                continue
            digests.append(digest)
            is_found = is_found and self._read(digest, started)
            if is_found:
                cached = step * STEP_TOKENS

        def keep() -> None:
            for one in digests:
                self._write(one, ttl, started)

        return Found(cached=min(cached, model.tokens(text)), keep=keep)

    def at_breakpoints(
        self, model: Model, owner: str, blocks: list[Block], *, look_back: int | None = None, most: int | None = None
    ) -> Found:
        """Anthropic, and OpenAI from GPT-5.6 on: read the longest beginning that ends at a breakpoint, write the rest.

        ``look_back`` blocks before each breakpoint are tried as well. Of more breakpoints than ``most`` the last ones
        are written.
        """
        started = self._now()
        sums, digests = self._prefixes(model, owner, blocks)
        marked = (place for place, block in enumerate(blocks) if block.ttl is not None)
        marks = [place for place in marked if sums[place] >= model.cacheable]
        read = self._longest(marks, digests, look_back or 0, started)
        found = Found(cached=sums[read] if read is not None else 0)
        new = [place for place in marks if read is None or place > read][-most if most else 0 :]
        before = found.cached
        for place in new:
            found.written_1h += sums[place] - before if blocks[place].ttl == ANTHROPIC_LONG_TTL else 0
            found.written, before = sums[place] - found.cached, sums[place]

        def keep() -> None:
            for place in new:
                self._write(digests[place], blocks[place].ttl or 0.0, started)

        found.keep = keep
        return found

    def _prefixes(self, model: Model, owner: str, blocks: list[Block]) -> tuple[list[int], list[str]]:
        digest, tokens = _seed(model, owner), 0
        sums: list[int] = []
        digests: list[str] = []
        for block in blocks:
            digest, tokens = _next(digest, block.text), tokens + model.tokens(block.text)
            digests.append(digest)
            sums.append(tokens)
        return sums, digests

    def _longest(self, marks: list[int], digests: list[str], look_back: int, now: float) -> int | None:
        for mark in reversed(marks):
            for place in range(mark, max(-1, mark - look_back - 1), -1):
                if self._read(digests[place], now):
                    return place
        return None

    def _read(self, digest: str, now: float) -> bool:
        """Whether it is there; reading makes it live on."""
        entry = self._entries.get(digest)
        if entry is None or entry.ends <= now:
            return False
        entry.ends = now + entry.ttl
        self._entries.move_to_end(digest)
        return True

    def _write(self, digest: str, ttl: float, started: float) -> None:
        self._entries[digest] = _Entry(ttl, started + ttl)
        self._entries.move_to_end(digest)
        while len(self._entries) > LIMIT:
            self._entries.popitem(last=False)


def _seed(model: Model, owner: str) -> str:
    return f"{model.provider}|{model.id}|{owner}"


def _next(digest: str, text: str) -> str:
    return hashlib.blake2b(f"{digest}\x00{text}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
