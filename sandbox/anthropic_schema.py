"""The part of JSON Schema that Anthropic takes for structured answers (``output_config.format``).

After the vendor's page on structured outputs and the SDK's own ``transform_schema``, which writes what this takes.
Lists of types are refused here because that helper takes none: ``anyOf`` says the same.
"""

from typing import Any

FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid", "text")
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
#: Words that a grammar cannot keep to, by type.
UNSUPPORTED = {
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength"),
    "array": ("maxItems", "uniqueItems", "contains", "prefixItems"),
    "object": ("minProperties", "maxProperties", "patternProperties", "propertyNames"),
}
MOST_OPTIONAL = 24
MOST_UNIONS = 16

Schema = dict[str, Any]


def format_mistake(schema: Schema) -> str | None:
    """Why the schema is refused, or None."""
    return (
        _mistake(schema)
        or ("Recursive schemas are not supported" if _recurs(schema, schema, ()) else None)
        or _too_much(schema)
    )


def _mistake(schema: Any) -> str | None:
    if not isinstance(schema, dict):
        return "Input should be a valid dictionary"
    if "$ref" in schema:
        if not str(schema["$ref"]).startswith(("#/$defs/", "#/definitions/")):
            return f"External '$ref' is not supported: {schema['$ref']}"
    elif not any(word in schema for word in ("type", "anyOf", "allOf", "enum", "const")):
        return "Schema must have a 'type', 'anyOf', 'allOf', 'enum' or 'const' field"
    for word in ("oneOf", "not", "if"):
        if word in schema:
            return f"Schema type '{word}' is not supported"
    kind = schema.get("type")
    if kind is not None and (not isinstance(kind, str) or kind not in TYPES):
        return f"'type' must be one of {', '.join(TYPES)}; use 'anyOf' for several"
    return (_in_type(schema, kind) if kind else None) or next(
        (why for one in _below(schema) if (why := _mistake(one))), None
    )


def _in_type(schema: Schema, kind: str) -> str | None:
    found = [word for word in UNSUPPORTED.get(kind, ()) if word in schema]
    if found:
        return f"For '{kind}' type, properties {', '.join(found)} are not supported"
    if kind == "object" and schema.get("additionalProperties") is not False:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if kind == "array" and schema.get("minItems", 0) not in (0, 1):
        return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
    if kind == "string" and schema.get("format", "text") not in FORMATS:
        return f"For 'string' type, format '{schema['format']}' is not supported"
    return None


def _below(schema: Schema) -> list[Any]:
    found = [one for word in ("properties", "$defs", "definitions") for one in schema.get(word, {}).values()]
    found += [one for word in ("anyOf", "allOf") for one in schema.get(word, [])]
    return found + ([schema["items"]] if "items" in schema else [])


def _recurs(schema: Any, root: Schema, above: tuple[str, ...]) -> bool:
    """Whether a definition contains itself."""
    if not isinstance(schema, dict):
        return False
    if "$ref" in schema:
        name = str(schema["$ref"])
        if name in above:
            return True
        group, _, key = name.removeprefix("#/").partition("/")
        return _recurs(root.get(group, {}).get(key, {}), root, (*above, name))
    return any(_recurs(one, root, above) for one in _below(schema))


def _too_much(schema: Schema) -> str | None:
    optional = unions = 0
    waiting: list[Any] = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            optional += len(set(one.get("properties", {})) - set(one.get("required", [])))
            unions += "anyOf" in one
            waiting += _below(one)
    if optional > MOST_OPTIONAL:
        return f"Schemas contain too many optional parameters ({optional})"
    if unions > MOST_UNIONS:
        return f"Schemas contain too many parameters with union types ({unions})"
    return None
