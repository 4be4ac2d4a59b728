"""Form-encoded bodies with brackets (``line_items[0][price_data][currency]=eur``), and values out of them."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.errors import Refused, bad_integer, required, unknown

Params = dict[str, Any]
_PART = re.compile(r"\[([^\]]*)\]")


def decode(text: str) -> Params:
    """A nested dict; numbered or empty brackets become lists. Raises Refused for a malformed name."""
    tree: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, bracket, rest = name.partition("[")
        parts = [head, *_PART.findall(bracket + rest)]
        if not head or len(parts) > 12:
            raise Refused("Invalid request: a parameter's name could not be read.", param=name[:80])
        _place(tree, parts, value)
    listed = _lists(tree)
    assert isinstance(listed, dict)
    return listed


def _place(tree: Params, parts: list[str], value: str) -> None:
    here = tree
    for part in parts[:-1]:
        part = part or str(len(here))
        below = here.setdefault(part, {})
        if not isinstance(below, dict):
            raise Refused("Invalid request: a parameter is both a value and an object.", param=parts[0])
        here = below
    here[parts[-1] or str(len(here))] = value


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _lists(one) for key, one in tree.items()}


def only(params: Params, *allowed: str) -> None:
    """Raise for a parameter that the endpoint does not know."""
    for name in params:
        if name not in allowed and name != "expand":
            raise unknown(name)


def text(params: Params, name: str, *, needed: bool = False, limit: int = 5_000) -> str | None:
    """A string; empty counts as not given (Stripe: unset)."""
    value = params.get(name)
    if value is None or value == "":
        if needed:
            raise required(name)
        return None
    if not isinstance(value, str):
        raise Refused(f"Invalid string: {value}", param=name)
    if len(value) > limit:
        raise Refused(f"Invalid string: {value[:20]}…; must be at most {limit} characters", param=name)
    return value


def whole(params: Params, name: str, *, path: str = "", needed: bool = False) -> int | None:
    """A whole number."""
    value = params.get(name)
    if value is None or value == "":
        if needed:
            raise required(path or name)
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise bad_integer(path or name, value) from None


def metadata(params: Params, old: dict[str, str] | None = None) -> dict[str, str]:
    """Metadata merged into the old: an empty value unsets its key. At most 50 keys, 40 and 500 characters."""
    given = params.get("metadata")
    if given == "":
        return {}
    if given is not None and not isinstance(given, dict):
        raise Refused("Invalid object", param="metadata")
    merged = {**(old or {}), **{key: str(value) for key, value in (given or {}).items()}}
    merged = {key: value for key, value in merged.items() if value != ""}
    if len(merged) > 50:
        raise Refused("You can specify up to 50 keys of metadata.", param="metadata")
    for key, value in merged.items():
        if len(key) > 40 or len(value) > 500:
            raise Refused("Metadata keys may have 40 characters, values 500.", param=f"metadata[{key}]")
    return merged
