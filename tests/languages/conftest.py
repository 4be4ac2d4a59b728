"""A language that is none: every translated text in brackets, so that what was forgotten stands out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from tesigo.platform import catalogs

#: Of the kind that Django takes for a language, and nobody speaks.
PSEUDO = "gv"


@pytest.fixture(autouse=True)
def _no_language_left() -> Iterator[None]:
    """A request in this thread leaves its language behind, which other tests would speak."""
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def pseudo_language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The pseudo-language beside the real ones: "[Sign in]", longer by a third as other languages are."""
    folder = tmp_path_factory.mktemp("locale")
    _compile(folder / PSEUDO / "LC_MESSAGES" / "django.mo")
    languages = [*settings.LANGUAGES, (PSEUDO, "Pseudo")]
    with override_settings(LANGUAGES=languages, LOCALE_PATHS=[folder, *settings.LOCALE_PATHS]):
        yield


def _compile(path: Path) -> None:
    catalog = Catalog(locale="en", charset="utf-8")
    for message in catalogs.found():
        if message.id:
            texts = [message.id] if isinstance(message.id, str) else list(message.id)
            made = tuple(in_brackets(text) for text in texts)
            catalog.add(message.id, made[0] if isinstance(message.id, str) else made, context=message.context)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalog)


def in_brackets(text: str) -> str:
    """The text between signs that stand nowhere else, and longer."""
    stripped = text.strip()
    before, after = text[: text.index(stripped)], text[text.index(stripped) + len(stripped) :]
    return f"{before}⟦{stripped}{'~' * (len(stripped) // 3)}⟧{after}" if stripped else text
