"""The providers' models as they are in autumn 2026: sizes, efforts, what each refuses, and when it ends.

From the providers' model pages and deprecation lists and from the tables in their SDKs (openai 3.52, anthropic 2.11).
``/control/models`` adds a model, or gives one another end.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

OPENAI, ANTHROPIC = "openai", "anthropic"

#: What effort may be called, from least to most. Which of them a model takes differs.
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_TO_MAX = ("low", "medium", "high", "xhigh", "max")
_NONE_TO_MAX = ("none", *_TO_MAX)


@dataclass(frozen=True)
class Model:
    """One model; figures in tokens.

    ``effort`` is what it reasons at when the caller says nothing ("" where it takes no effort). ``thinking`` names the
    values of ``thinking.type`` that it takes, the first of them by default. ``token_factor`` is how many tokens its
    tokenizer makes of a text, to the quarter of its characters. ``long_prompt`` is where a dearer price begins.
    """

    id: str
    provider: str
    context: int
    answer: int
    efforts: tuple[str, ...] = ()
    effort: str = ""
    thinking: tuple[str, ...] = ()
    forced_tool: bool = True
    sampling: bool = True
    chat_tools: bool = True
    breakpoints: bool = False
    cacheable: int = 1_024
    token_factor: float = 1.0
    long_prompt: int | None = None
    released: str = "2026-01-01"
    deprecated: str = ""
    ends: str = ""
    line: str = ""

    def tokens(self, text: str) -> int:
        """Tokens of a text: a quarter of its characters, times the factor, rounded up."""
        return max(1, -int(-len(text) * self.token_factor // 4)) if text else 0

    @property
    def input_limit(self) -> int:
        """The longest prompt. OpenAI keeps room for the longest answer."""
        return self.context - self.answer if self.provider == OPENAI and self.efforts else self.context

    def has_ended(self, now: float) -> bool:
        """Whether it is gone on the day that ``now`` falls on: the last day is the one before ``ends``."""
        return bool(self.ends) and datetime.fromtimestamp(now, UTC).date() >= date.fromisoformat(self.ends)

    def lifecycle(self, now: float) -> str:
        """``active``, ``deprecated`` (an end is announced) or ``retired``."""
        return "retired" if self.has_ended(now) else "deprecated" if self.ends else "active"


def _openai(name: str, context: int, answer: int, efforts: tuple[str, ...], effort: str, **more: Any) -> Model:
    return Model(name, OPENAI, context, answer, efforts, effort, **more)


def _gpt6(name: str, released: str, efforts: tuple[str, ...] = _NONE_TO_MAX) -> Model:
    """From GPT-5.6 on: a million tokens, caches at breakpoints whose writes are billed, no tools while reasoning."""
    return _openai(
        name, 1_050_000, 128_000, efforts, "medium",
        breakpoints=True, chat_tools=False, long_prompt=272_000, released=released,
    )  # fmt: skip


_NONE_TO_HIGH = ("none", "low", "medium", "high")
_NONE_TO_XHIGH = (*_NONE_TO_HIGH, "xhigh")
_MINIMAL_TO_HIGH = ("minimal", "low", "medium", "high")
_FIRST_GPT5 = {"released": "2025-08-07", "ends": "2026-12-11"}

_OPENAI = (
    _gpt6("gpt-6.1-sol", "2026-09-29", _TO_MAX),
    _gpt6("gpt-6.1-terra", "2026-10-26"),
    _gpt6("gpt-6-sol", "2026-09-22"),
    _gpt6("gpt-6-luna", "2026-09-22"),
    _gpt6("gpt-5.6-sol", "2026-07-09"),
    _gpt6("gpt-5.6-terra", "2026-07-09"),
    _gpt6("gpt-5.6-luna", "2026-07-09"),
    _openai("gpt-5.4", 1_050_000, 128_000, _NONE_TO_XHIGH, "none", released="2026-03-05"),
    _openai("gpt-5.4-mini", 400_000, 128_000, _NONE_TO_XHIGH, "none", released="2026-03-17"),
    _openai("gpt-5.4-nano", 400_000, 128_000, _NONE_TO_XHIGH, "none", released="2026-03-17", ends="2027-04-01"),
    _openai("gpt-5.2", 400_000, 128_000, _NONE_TO_XHIGH, "none", released="2025-12-11"),
    _openai("gpt-5.1", 400_000, 128_000, _NONE_TO_HIGH, "none", released="2025-11-13", ends="2027-04-01"),
    _openai("gpt-5", 400_000, 128_000, _MINIMAL_TO_HIGH, "medium", **_FIRST_GPT5),
    _openai("gpt-5-mini", 400_000, 128_000, _MINIMAL_TO_HIGH, "medium", **_FIRST_GPT5),
    _openai("gpt-5-nano", 400_000, 128_000, _MINIMAL_TO_HIGH, "medium", **_FIRST_GPT5),
    _openai("o3", 200_000, 100_000, ("low", "medium", "high"), "medium", released="2025-04-16", ends="2026-12-11"),
    _openai("o4-mini", 200_000, 100_000, ("low", "medium", "high"), "medium", released="2025-04-16", ends="2026-10-23"),
    _openai("gpt-4.1", 1_047_576, 32_768, (), "", released="2025-04-14", ends="2027-01-14"),
    _openai("gpt-4.1-mini", 1_047_576, 32_768, (), "", released="2025-04-14", ends="2027-01-14"),
    _openai("gpt-4.1-nano", 1_047_576, 32_768, (), "", released="2025-04-14", ends="2026-10-23"),
    _openai("gpt-4o", 128_000, 16_384, (), "", released="2024-05-13", ends="2027-01-14"),
    _openai("gpt-4o-mini", 128_000, 16_384, (), "", released="2024-07-18", ends="2027-01-14"),
)  # fmt: skip


def _claude(name: str, released: str, **more: Any) -> Model:
    """From Claude 5 on: a million tokens, thinks by itself, the newer tokenizer, no sampling parameters."""
    line = name.split("-")[1]
    usual: dict[str, Any] = {
        "efforts": _TO_MAX,
        "effort": "high",
        "thinking": ("adaptive", "disabled"),
        "sampling": False,
        "token_factor": 1.3,
    }
    return Model(name, ANTHROPIC, 1_000_000, 128_000, **{**usual, **more}, released=released, line=line)


def _claude4(name: str, released: str, context: int, answer: int, cacheable: int, **more: Any) -> Model:
    """Up to Claude 4.6: thinks only where the caller asks for it."""
    line = name.split("-")[1]
    usual: dict[str, Any] = {"thinking": ("disabled", "enabled")}
    return Model(
        name, ANTHROPIC, context, answer, **{**usual, **more}, cacheable=cacheable, released=released, line=line
    )


_LATER_OPUS = {"thinking": ("disabled", "adaptive"), "efforts": _TO_MAX, "effort": "high", "sampling": False}
_ASKED = ("disabled", "enabled", "adaptive")

_ANTHROPIC = (
    _claude("claude-haiku-5-5", "2026-10-07", effort="medium", cacheable=2_048, long_prompt=100_000),
    _claude("claude-sonnet-5-5", "2026-09-28", thinking=("adaptive", "between_tools"), forced_tool=False),
    _claude("claude-opus-5-5", "2026-09-22", effort="medium", thinking=("adaptive",), forced_tool=False, cacheable=512),
    _claude("claude-fable-5-1", "2026-09-01", thinking=("adaptive",), forced_tool=False, cacheable=512),
    _claude("claude-opus-5", "2026-07-24", cacheable=512),
    _claude("claude-sonnet-5", "2026-06-30"),
    _claude4("claude-opus-4-8", "2026-05-28", 1_000_000, 128_000, 1_024, **_LATER_OPUS, token_factor=1.3),
    _claude4("claude-opus-4-7", "2026-04-16", 1_000_000, 128_000, 2_048, **_LATER_OPUS, token_factor=1.3),
    _claude4(
        "claude-opus-4-6", "2026-02-05", 1_000_000, 128_000, 4_096,
        thinking=_ASKED, efforts=("low", "medium", "high", "max"), effort="high",
    ),
    _claude4(
        "claude-sonnet-4-6", "2026-02-17", 1_000_000, 128_000, 2_048,
        thinking=_ASKED, efforts=("low", "medium", "high", "max"), effort="high",
    ),
    _claude4("claude-opus-4-5", "2025-11-24", 200_000, 64_000, 4_096, efforts=("low", "medium", "high"), effort="high"),
    _claude4("claude-haiku-4-5", "2025-10-15", 200_000, 64_000, 4_096),
    _claude4("claude-sonnet-4-5", "2025-09-29", 200_000, 64_000, 1_024, deprecated="2026-05-28", ends="2026-11-30"),
    _claude4("claude-sonnet-4-0", "2025-05-22", 200_000, 64_000, 1_024, deprecated="2026-01-15", ends="2026-06-15"),
)  # fmt: skip

#: Names of the same model with a date.
_DATED = {
    "gpt-5.4-mini-2026-03-17": "gpt-5.4-mini",
    "gpt-5.1-2025-11-13": "gpt-5.1",
    "gpt-5-2025-08-07": "gpt-5",
    "gpt-5-mini-2025-08-07": "gpt-5-mini",
    "gpt-5-nano-2025-08-07": "gpt-5-nano",
    "gpt-4.1-2025-04-14": "gpt-4.1",
    "gpt-4.1-mini-2025-04-14": "gpt-4.1-mini",
    "claude-haiku-4-5-20251001": "claude-haiku-4-5",
    "claude-opus-4-5-20251101": "claude-opus-4-5",
    "claude-sonnet-4-5-20250929": "claude-sonnet-4-5",
}


class Catalogue:
    """The models of a running sandbox, which the control endpoint may change."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As the providers have them."""
        self._models = {model.id: model for model in (*_OPENAI, *_ANTHROPIC)}

    def find(self, provider: str, name: str) -> Model | None:
        """A provider's model by its name, dated or not; ended ones too."""
        model = self._models.get(name) or self._models.get(_DATED.get(name, ""))
        return model if model is not None and model.provider == provider else None

    def of(self, provider: str) -> list[Model]:
        """A provider's models, the newest first."""
        own = (model for model in self._models.values() if model.provider == provider)
        return sorted(own, key=lambda model: model.released, reverse=True)

    def put(self, wish: dict[str, Any]) -> Model:
        """Add a model (``like`` names one to take after), or change one. Raises ValueError in words."""
        wish = dict(wish)
        name = str(wish.pop("id"))
        like = str(wish.pop("like", name))
        base = self._models.get(like)
        if base is None:
            raise ValueError(f"there is no model {like!r} to take after: name one with like")
        unknown = set(wish) - set(Model.__dataclass_fields__)
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        for word in ("released", "deprecated", "ends"):
            if wish.get(word):
                date.fromisoformat(str(wish[word]))
            elif word in wish:
                wish[word] = ""
        for word in ("efforts", "thinking"):
            if word in wish:
                wish[word] = tuple(wish[word])
        model = replace(base, **wish, id=name)
        self._models[name] = model
        return model

    def remove(self, name: str) -> bool:
        """Forget a model, as if it had never been; whether there was one."""
        return self._models.pop(name, None) is not None
