#!/usr/bin/env bash
# anthropic 2.11.0: `transform_schema`, which `messages.parse(output_format=…)` uses, makes an empty closed object of a map.
#
# A pydantic field `dict[str, int]` is {"type": "object", "additionalProperties": {"type": "integer"}}. The helper puts
# what it cannot express into the description ("{minimum: 1}"), so that the model may follow it all the same. Of a map it
# drops `additionalProperties` without a word and sends {"type": "object", "properties": {}, "additionalProperties":
# false}: the only answer that fits is {}, and {} then validates as dict[str, int]. The answer arrives without an error
# and without the data. openai 3.52.0's helper leaves the map in the schema, and OpenAI refuses it with a 400.
#
# Seen:
#   sent: {"type": "object", "title": "Pages By Chapter", "properties": {}, "additionalProperties": false}
#   bounds kept as words: True
#   map kept as words: False
#   fits: {} only
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet anthropic==2.11.0 pydantic==2.14.3 jsonschema==4.26.0
venv/bin/python - <<'PYTHON'
import json
import sys

import anthropic
import jsonschema
import pydantic


class Outline(pydantic.BaseModel):
    title: str
    chapters: int = pydantic.Field(ge=1)
    pages_by_chapter: dict[str, int]


sent = anthropic.transform_schema(Outline)
field = sent["properties"]["pages_by_chapter"]
print("sent:", json.dumps(field))
bounds = "minimum" in sent["properties"]["chapters"].get("description", "")
print("bounds kept as words:", bounds)
words = "additionalProperties" in field.get("description", "") or "integer" in field.get("description", "")
print("map kept as words:", words)
whole = {"title": "Lighthouses", "chapters": 2, "pages_by_chapter": {"Keepers": 4, "Wrecks": 3}}
Outline.model_validate(whole)
empty = whole | {"pages_by_chapter": {}}
jsonschema.validate(empty, sent)
Outline.model_validate(empty)
try:
    jsonschema.validate(whole, sent)
except jsonschema.ValidationError:
    print("fits: {} only")
    sys.exit(0 if bounds and not words else 1)
print("the map fits")
sys.exit(1)
PYTHON
