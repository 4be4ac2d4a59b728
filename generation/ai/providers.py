"""The SDKs of the writing models, imported where models are called and nowhere else.

Both together take 50 MB and a second. The site, beat and the supervisor never call a model; a worker imports them
before it forks its children, who share them then.
"""

import httpx2

from generation.ai.question import Provider
from generation.enums import Provider as ProviderName


def open_provider(name: str, http: httpx2.AsyncClient) -> Provider:
    """The way to one provider, over the connections of one document."""
    if name == ProviderName.OPENAI:
        from generation.ai.openai import OpenAI

        return OpenAI(http)
    from generation.ai.anthropic import Anthropic

    return Anthropic(http)


def load() -> None:
    """Imports the SDKs."""
    from generation.ai import anthropic, openai  # noqa: F401  # loaded is all that is asked
