"""JSON schemas: making a value fit one, and inventing a value for one that is unknown."""

from typing import Any

Schema = dict[str, Any]


def resolve(schema: Any, root: Schema) -> Schema:
    """Follow ``$ref`` and take the first telling branch of ``anyOf``/``oneOf``; merge ``allOf``."""
    for _ in range(20):
        if not isinstance(schema, dict):
            return {}
        if isinstance(schema.get("$ref"), str):
            target: Any = root
            for part in schema["$ref"].lstrip("#/").split("/"):
                target = target.get(part, {}) if isinstance(target, dict) else {}
            schema = target
        elif schema.get("anyOf") or schema.get("oneOf"):
            branches: list[Any] = schema.get("anyOf") or schema["oneOf"]
            schema = next((b for b in branches if isinstance(b, dict) and b.get("type") != "null"), branches[0])
        elif schema.get("allOf"):
            merged: Schema = {}
            for branch in schema["allOf"]:
                part = resolve(branch, root)
                merged |= part | {"properties": {**merged.get("properties", {}), **part.get("properties", {})}}
            schema = merged
        else:
            return schema
    return {}


def kind(schema: Schema) -> str:
    """The (first) type of a schema, guessed where it is not said."""
    said = schema.get("type")
    if isinstance(said, list):
        said = next((one for one in said if one != "null"), "null")
    if said:
        return str(said)
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def properties(schema: Schema, root: Schema) -> dict[str, Schema]:
    """Names and resolved schemas of an object's properties."""
    return {name: resolve(one, root) for name, one in schema.get("properties", {}).items()}


def fit(value: Any, schema: Schema, root: Schema, words: "Words") -> Any:
    """The value in the schema's shape: unknown properties dropped, missing ones invented, simple types converted."""
    nullable = _nullable(schema)
    schema = resolve(schema, root)
    if value is None:
        return None if nullable or _nullable(schema) else invent(schema, root, words)
    what = kind(schema)
    if what == "object":
        known: Schema = schema.get("properties", {})
        value = value if isinstance(value, dict) else _in_words(value, schema, root)
        required: set[str] = set(schema.get("required", known))
        kept = {name: fit(value[name], one, root, words) for name, one in known.items() if name in value}
        kept |= {
            name: invent(known[name], root, words, name) for name in known if name not in value and name in required
        }
        return kept if known else dict(value)
    if what == "array" and isinstance(value, list):
        items = [fit(one, schema.get("items", {}), root, words) for one in value]
        return items[: schema.get("maxItems", len(items))]
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    return _simple(value, what)


def _in_words(value: Any, schema: Schema, root: Schema) -> Schema:
    """The object whose first text says it."""
    texts = [name for name, one in properties(schema, root).items() if kind(one) == "string"]
    return dict.fromkeys(texts[:1], value)


class Words:
    """Gives sentences for invented strings."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence


def invent(schema: Any, root: Schema, words: Words, name: str = "", depth: int = 0) -> Any:
    """Any value that fits the schema."""
    schema = resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    what = kind(schema)
    if what == "object":
        known = schema.get("properties", {})
        return {key: invent(one, root, words, key, depth + 1) for key, one in known.items()} if depth < 8 else {}
    if what == "array":
        number = max(schema.get("minItems", 0), 0 if depth >= 6 else min(2, schema.get("maxItems", 2)))
        return [invent(schema.get("items", {}), root, words, name, depth + 1) for _ in range(number)]
    if what in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return int(low) if what == "integer" else low
    if what == "boolean":
        return True
    if what == "null":
        return None
    text = str(words.sentence())
    while len(text) < schema.get("minLength", 0):
        text += " " + str(words.sentence())
    return text[: schema.get("maxLength", len(text))]


def _nullable(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    said = schema.get("type")
    if said == "null" or (isinstance(said, list) and "null" in said):
        return True
    branches: list[Any] = schema.get("anyOf") or schema.get("oneOf") or []
    return any(isinstance(branch, dict) and branch.get("type") == "null" for branch in branches)


def _simple(value: Any, what: str) -> Any:
    try:
        if what == "integer":
            return int(value)
        if what == "number":
            return float(value) if not isinstance(value, int) else value
    except (TypeError, ValueError):
        return 0
    if what == "string":
        return value if isinstance(value, str) else str(value)
    if what == "boolean":
        return bool(value)
    return value


def strict_mistake(schema: Any, path: tuple[str, ...] = ()) -> str | None:
    """Why OpenAI would refuse the schema in strict mode: every object closed, every property required."""
    if not isinstance(schema, dict):
        return None
    here = f"In context=({', '.join(repr(part) for part in path)}{',' if len(path) == 1 else ''})"
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            return f"{here}, 'additionalProperties' is required to be supplied and to be false."
        missing = [name for name in schema.get("properties", {}) if name not in schema.get("required", [])]
        if missing:
            return (
                f"{here}, 'required' is required to be supplied and to be an array including every key in properties. "
                f"Missing '{missing[0]}'."
            )
    below: list[tuple[tuple[str, ...], Any]] = []
    for word in ("properties", "$defs", "definitions"):
        below += [((*path, word, name), one) for name, one in schema.get(word, {}).items()]
    if isinstance(schema.get("items"), dict):
        below.append(((*path, "items"), schema["items"]))
    below += [((*path, "anyOf", str(n)), one) for n, one in enumerate(schema.get("anyOf", []))]
    return next((mistake for where, one in below if (mistake := strict_mistake(one, where))), None)
