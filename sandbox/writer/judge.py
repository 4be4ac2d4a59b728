"""Judging claims against passages by shared words; a figure that is not in the passage is beyond it."""

import re
from typing import Any

from sandbox.writer.extracts import normalise, sentences
from sandbox.writer.prompt import Pair, Prompt

ENOUGH, SOME = 0.6, 0.35
_NO_REASON = re.compile(r"reason\s+is\s+null\s+where\s+a\s+claim\s+is\s+supported", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_NUMBER = re.compile(r"\d+")
_CITE = re.compile(r"\[[^\]]*@[^\]]*\]")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{20,})[\"”“»]")


def judge(prompt: Prompt, *, unsupported: bool = False) -> list[dict[str, Any]]:
    """One verdict for each claim of the prompt, in its order."""
    is_brief = bool(_NO_REASON.search(prompt.orders))
    verdicts = [_verdict(pair, unsupported) for pair in prompt.pairs]
    return [{**one, "reason": None} if is_brief and one["verdict"] == "supported" else one for one in verdicts]


def _verdict(pair: Pair, unsupported: bool) -> dict[str, Any]:
    share = 0.0 if unsupported else overlap(pair.claim, pair.passage)
    if not set(_NUMBER.findall(_CITE.sub(" ", pair.claim))) <= set(_NUMBER.findall(pair.passage)):
        share = min(share, SOME)
    if share >= ENOUGH:
        verdict, reason = "supported", "The passage says this in nearly the same words."
    elif share >= SOME:
        verdict, reason = "partly", "The passage covers a part of the claim."
    else:
        verdict, reason = "unsupported", "The passage does not say this."
    return {"n": pair.n, "verdict": verdict, "reason": reason}


def overlap(claim: str, passage: str) -> float:
    """0 to 1: how much of the claim stands in the passage, or of one of the passage's sentences in the claim."""
    claim = _CITE.sub(" ", claim)
    flat = normalise(passage).lower()
    quoted = [normalise(quote).lower().rstrip(".") for quote in _QUOTED.findall(claim)]
    if quoted:
        return 1.0 if all(quote in flat for quote in quoted) else 0.2
    ours, theirs = set(_WORD.findall(claim.lower())), set(_WORD.findall(flat))
    if not ours or not theirs:
        return 0.0
    best = len(ours & theirs) / len(ours)
    for sentence in sentences(passage):
        words = set(_WORD.findall(sentence.lower()))
        if len(words) >= 4:
            best = max(best, len(words & ours) / len(words))
    return best
