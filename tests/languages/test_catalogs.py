"""The catalogs are whole: every word of the interface in every language, with its values, tags and terms (R-04)."""

from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

from tesigo.platform import catalogs

#: What has a name of its own in each language, wherever it stands.
TERMS: Final = {
    "document", "source", "citation", "passage", "outline", "promo code", "receipt", "credit note", "refund", "library",
    "title page", "assignment sheet", "citation style", "citation report", "price list", "passkey",
}  # fmt: skip


@pytest.fixture(scope="module")
def words() -> Catalog:
    return catalogs.found()


def test_every_language_of_the_site_but_english_has_a_catalog() -> None:
    assert {code for code, _name in settings.LANGUAGES} - {"en"} == set(catalogs.LANGUAGES)


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_a_catalog_is_whole(language: str, words: Catalog) -> None:
    assert list(catalogs.flaws(language, words)) == []


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_a_language_names_our_terms(language: str) -> None:
    assert set(catalogs.terms(language)) >= TERMS


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_plural_forms_follow_the_language(language: str) -> None:
    few = {"pl": {1, 2, 5, 12, 22}, "cs": {1, 2, 5}, "ro": {1, 2, 20}}.get(language, {1, 2})
    with translation.override(language):
        texts = [
            ngettext("%(pages)s page", "%(pages)s pages", count) % {"pages": "n"}
            for count in sorted(few)
        ]  # fmt: skip
    assert len(set(texts)) == catalogs.read(language).num_plurals


def test_a_flaw_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = Catalog(charset="utf-8")
    for text in ("A source of %(name)s", "<b>Sources</b>", "Left", " Edge", "Same"):
        words.add(text, flags={"python-format"} if "%" in text else set())
    monkeypatch.setattr(catalogs, "LOCALE", tmp_path)
    catalogs.update("de", words)
    (tmp_path / "de" / "terms.toml").write_text('source = ["Quelle"]\n', "utf-8")
    written = catalogs.path_of("de").read_text("utf-8")
    for text, translated in {
        "A source of %(name)s": "Eine Quelle von %(nam)s", "<b>Sources</b>": "<i>Werke</i>", " Edge": "Rand",
        "Same": "Gleich",
    }.items():  # fmt: skip
        written = written.replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{translated}"')
    catalogs.path_of("de").write_text(written, "utf-8")
    found = list(catalogs.flaws("de", words))
    assert [flaw.rpartition(": ")[2] for flaw in found] == [
        "A source of %(name)s", "<b>Sources</b>", "<b>Sources</b>", "Left", " Edge",
    ]  # fmt: skip


def test_what_the_code_has_not_any_more_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogs, "LOCALE", tmp_path)
    old, new = Catalog(charset="utf-8"), Catalog(charset="utf-8")
    old.add("Old")
    new.add("New")
    catalogs.update("pl", old)
    catalogs.update("pl", new)
    assert [message.id for message in catalogs.read("pl") if message.id] == ["New"]
