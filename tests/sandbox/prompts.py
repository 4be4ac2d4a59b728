"""Prompts and schemas such as a writing application sends."""

from html import escape
from typing import Any

PASSAGES = [
    (
        "policy-2023",
        "12",
        481,
        "Debian Policy Manual",
        "Every package must have a Debian maintainer, who may be one person or a group of people. The "
        "maintainer is responsible for maintaining the package and for the bugs that are reported against it. "
        "A package should not depend on anything that is not part of the distribution. Packages in the main "
        "archive area must comply with the guidelines for free software.",
    ),
    (
        "policy-2023",
        "13",
        482,
        "Debian Policy Manual",
        "The name of a package must consist only of lower case letters, digits, plus and minus signs, and "
        "periods. Package names must be at least two characters long and must begin with an alphanumeric "
        "character. The version number of a package is used to order releases of it. Binary packages are "
        "built from source packages with the same set of tools on every architecture.",
    ),
    (
        "reference-2023",
        "7",
        77,
        "Developer's Reference",
        "Developers are expected to read the mailing lists that concern their packages. A new upload closes "
        "bugs that are named in its changelog entry. Orphaned packages are listed in a special place until "
        "somebody adopts them. Testing receives packages automatically after a period without serious bugs.",
    ),
]

WRITE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "markdown": {"type": "string"},
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "sentence": {"type": "string"},
                    "key": {"type": "string"},
                    "passage": {"type": "integer"},
                    "page": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["sentence", "key", "passage", "page"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["markdown", "claims"],
    "additionalProperties": False,
}

JUDGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer"},
                    "verdict": {"type": "string", "enum": ["supported", "partly", "unsupported"]},
                    "reason": {"type": "string"},
                },
                "required": ["n", "verdict", "reason"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}

_SECTION: dict[str, Any] = {
    "title": {"type": "string"},
    "covers": {"type": "string"},
    "leaves_out": {"type": "string"},
    "pages": {"type": "number"},
}
OUTLINE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "sections": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {**_SECTION, "children": {"type": "array", "items": {"$ref": "#/$defs/part"}}},
                "required": [*_SECTION, "children"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["title", "sections"],
    "additionalProperties": False,
    "$defs": {
        "part": {"type": "object", "properties": _SECTION, "required": list(_SECTION), "additionalProperties": False}
    },
}


def _list_of(name: str, item: dict[str, Any]) -> dict[str, Any]:
    shape = {"type": "object", "properties": item, "required": list(item), "additionalProperties": False}
    listed = {name: {"type": "array", "items": shape}}
    return {"type": "object", "properties": listed, "required": [name], "additionalProperties": False}


GLOSSARY = _list_of("terms", {"term": {"type": "string"}, "meaning": {"type": "string"}})
REQUIREMENTS = _list_of(
    "requirements", {"kind": {"type": "string"}, "asks": {"type": "string"}, "words": {"type": "string"}}
)
SUBSECTIONS = _list_of(
    "subsections", {"title": {"type": "string"}, "covers": {"type": "string"}, "share": {"type": "number"}}
)


def sources() -> str:
    """The passages as fenced blocks."""
    return "\n".join(
        f'<source key="{key}" page="{page}" passage="{number}" title="{escape(title)}">{escape(text)}</source>'
        for key, page, number, title, text in PASSAGES
    )


def section(
    *, characters: int, language: str = "English (en)", title: str = "Maintainers and their duties", more: str = ""
) -> str:
    """A prompt for a section."""
    return f"Write in {language}. Write about {characters:,} characters.\n<title>{title}</title>\n{more}\n{sources()}"


def shaped(name: str, schema: dict[str, Any]) -> Any:
    """OpenAI's response_format."""
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}
