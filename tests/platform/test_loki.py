"""The configuration beside: what Alloy takes out of a line is in the lines that we really write (R-110)."""

import json
import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
import pytest
import yaml

from tesigo.platform import correlation, measuring
from tesigo.platform.log import CorrelationFilter, MaskingJsonFormatter, logging_config
from tesigo.platform.paths import ROOT
from tesigo.platform.programs import PROGRAMS

FOLDER = ROOT / "deploy" / "monitoring" / "loki"
ALLOY = (FOLDER / "config.alloy").read_text(encoding="utf-8")
#: What may be a label: each has a few values.
BOUNDED = {"program", "level"}


def blocks(text: str) -> dict[str, str]:
    """Each stage of the pipeline by its name, with what stands in its braces."""
    found, place = {}, 0
    for head in re.finditer(r"^  stage\.(\w+) \{$", text, re.MULTILINE):
        end = text.index("\n  }\n", head.end())
        assert head[1] not in found, "a stage stands once"
        assert head.start() >= place
        place = end
        found[head[1]] = text[head.end() : end]
    return found


def pairs(block: str) -> dict[str, str]:
    return dict(re.findall(r'^\s+(\w+)\s+= "([^"]*)",$', block, re.MULTILINE))


def a_line(words: str = "here", *, trace: str = "") -> str:
    """A line as the file of a program bears it, by the formats that are configured."""
    made = logging_config(json=False, level="INFO", folder="x", program="web", most_bytes=1)
    assert made["handlers"]["file"]["formatter"] == "json"
    form = made["formatters"]["json"]
    record = logging.LogRecord("tesigo.x", logging.WARNING, "", 1, words, (), None)
    token = correlation.begin("proxy-0001")
    try:
        CorrelationFilter().filter(record)
    finally:
        correlation.end(token)
    if trace:
        record.trace_id = trace
    return MaskingJsonFormatter(form["format"], rename_fields=form["rename_fields"]).format(record)


@pytest.fixture
def stages() -> dict[str, str]:
    return blocks(ALLOY)


def test_the_pipeline_is_in_order_and_its_braces_close(stages: dict[str, str]) -> None:
    assert list(stages) == ["regex", "json", "timestamp", "labels", "structured_metadata", "label_drop"]
    bare = re.sub(r"`[^`]*`|\"[^\"]*\"|//[^\n]*", "", ALLOY)
    assert bare.count("{") == bare.count("}")
    assert bare.count("[") == bare.count("]")
    defined = set(re.findall(r'^([\w.]+) "(\w+)" \{$', ALLOY, re.MULTILINE))
    for used in re.findall(r"\b((?:local|loki)\.[\w.]+)\.(?:targets|receiver)\b", ALLOY):
        name, _dot, label = used.rpartition(".")
        assert (name, label) in defined, used


def test_what_is_taken_out_stands_in_our_lines(stages: dict[str, str]) -> None:
    line = json.loads(a_line(trace="4bf92f3577b34da6a3ce929d0e0e4736"))
    taken = {name: jmespath.search(path, line) for name, path in pairs(stages["json"]).items()}
    assert None not in taken.values(), taken
    assert taken["level"] == "WARNING"
    assert taken["correlation_id"] == "proxy-0001"
    # Go's RFC3339Nano, to which the stage reads it, wants an offset and takes any fraction.
    assert 'format = "RFC3339Nano"' in stages["timestamp"]
    moment = datetime.fromisoformat(taken["time"])
    assert moment.utcoffset() == timedelta(0)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+-]\d\d:\d\d", taken["time"])


def test_labels_have_a_few_values_and_ids_are_none(stages: dict[str, str]) -> None:
    labels, beside = pairs(stages["labels"]), pairs(stages["structured_metadata"])
    known = set(pairs(stages["json"])) | {"program"}
    assert set(labels) == BOUNDED
    assert {"correlation_id", "trace_id", "actor"} <= set(beside)
    assert set(labels.values()) | set(beside.values()) <= known
    assert 'values = ["filename"]' in stages["label_drop"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_is_known_by_its_file(stages: dict[str, str], program: str) -> None:
    (expression,) = re.findall(r"expression = `([^`]+)`", stages["regex"])
    assert re.search(expression, f"/var/log/tesigo/{program}.log")["program"] == program
    assert re.search(expression, f"/var/log/tesigo/{program}.log.1") is None


def test_a_line_stays_one_line_whatever_is_in_it() -> None:
    assert "\n" not in a_line("two\nlines\u2028and\x1emore")
    assert measuring.trace_id() == ""


def test_loki_keeps_thirty_days_and_takes_what_is_sent() -> None:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "loki.yaml").read_text(encoding="utf-8"))
    limits = found["limits_config"]
    assert limits["retention_period"] == "720h"  # 30 days
    assert found["compactor"]["retention_enabled"] is True
    assert found["compactor"]["delete_request_store"]
    assert limits["allow_structured_metadata"] is True
    # Structured metadata needs both.
    assert {(one["store"], one["schema"]) for one in found["schema_config"]["configs"]} == {("tsdb", "v13")}
    assert limits["max_label_names_per_series"] >= len(BOUNDED) + 1  # and service_name, which Loki finds itself
    assert found["server"]["http_listen_address"] == "127.0.0.1"
    assert Path(found["common"]["path_prefix"]).is_absolute()
