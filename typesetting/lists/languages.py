"""Languages of works as TeX's babel names them: biblatex's ``langid`` takes no other name."""

from collections.abc import Mapping
from typing import Any, Final

from typesetting.labels import base_language

_NAMES: Final = {
    "bg": "bulgarian", "ca": "catalan", "cs": "czech", "da": "danish", "de": "ngerman", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "gl": "galician",
    "hr": "croatian", "hu": "hungarian", "is": "icelandic", "it": "italian", "la": "latin", "lt": "lithuanian",
    "lv": "latvian", "nb": "norsk", "nl": "dutch", "nn": "nynorsk", "no": "norsk", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sk": "slovak", "sl": "slovene", "sr": "serbian",
    "sv": "swedish", "tr": "turkish", "uk": "ukrainian",
}  # fmt: skip
_WITH_COUNTRY: Final = {
    "de-at": "naustrian", "de-ch": "nswissgerman", "en-gb": "british", "en-us": "american", "en-ca": "canadian",
    "en-au": "australian", "en-nz": "newzealand", "pt-br": "brazilian",
}  # fmt: skip


def babel_name(work: Mapping[str, Any]) -> str:
    """The language of a work by its name in babel; empty for one unknown."""
    said = str(work.get("language") or "").replace("_", "-").strip()
    return _WITH_COUNTRY.get(said.lower(), _NAMES.get(base_language(said), ""))


def is_english(work: Mapping[str, Any]) -> bool:
    """Whether styles may re-case its title: only where it is known to be English."""
    return base_language(str(work.get("language") or "")) == "en"
