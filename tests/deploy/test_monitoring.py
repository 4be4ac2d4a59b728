"""Dashboard, alert rules and scrape configuration: by Prometheus' own tool, Grafana's own types, and a real scrape."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.signals import task_postrun, task_prerun
from django.db import connection
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from tesigo.platform.metrics.definitions import Definition, defined
from tests.platform.metrics.conftest import told  # noqa: F401  # the same site
from tests.platform.metrics.scraping import families, samples, scrape

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "monitoring"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "tesigo.dashboard.json").read_text(encoding="utf-8"))
RULES: dict[str, Any] = yaml.safe_load((FOLDER / "tesigo.rules.yml").read_text(encoding="utf-8"))
#: Labels that Prometheus adds, and histograms bear.
_GIVEN = {"instance", "job", "le"}


def promtool(*words: str, text: str | None = None) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("promtool")
    assert program, "promtool comes with Debian's prometheus: bin/bootstrap --tests installs it"
    return subprocess.run(
        [program, *words], cwd=FOLDER, input=text, capture_output=True, text=True, timeout=120, check=False
    )


def expressions() -> dict[str, str]:
    """Every question to Prometheus, by where it stands."""
    found = {rule["alert"]: rule["expr"] for group in RULES["groups"] for rule in group["rules"]}
    for panel in DASHBOARD["panels"]:
        found |= {f"{panel['title']} {one['refId']}": one["expr"] for one in panel.get("targets", [])}
    return found


def metric_of(name: str) -> Definition:
    """The definition behind a name, be it that of a histogram's parts."""
    return defined[name] if name in defined else defined[re.sub(r"_(bucket|count|sum)$", "", name)]


def test_the_rules_are_good_to_prometheus() -> None:
    checked = promtool("check", "rules", "tesigo.rules.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_when_it_should_and_none_while_all_is_well() -> None:
    tested = promtool("test", "rules", "tesigo.rules.test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    tests = yaml.safe_load((FOLDER / "tesigo.rules.test.yml").read_text(encoding="utf-8"))["tests"]
    fired = {
        re.search(r'"(\w+)"', sample["labels"])[1]
        for one in tests
        for question in one["promql_expr_test"]
        for sample in question["exp_samples"]
    }
    assert fired == {rule["alert"] for group in RULES["groups"] for rule in group["rules"]}


def test_each_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for group in RULES["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
            assert len(rule["annotations"]["summary"]) > 10, rule["alert"]
            assert len(rule["annotations"]["description"]) > 10, rule["alert"]


@pytest.mark.parametrize("name", ["prometheus.yml", "prometheus.compose.yml"])
def test_the_scrape_configuration_is_good_to_prometheus(tmp_path: Path, name: str) -> None:
    for file in (name, "tesigo.rules.yml"):
        shutil.copy(FOLDER / file, tmp_path)
    # It looks whether the file of the token is there.
    text = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / "token").write_text("a token")
    (tmp_path / name).write_text(text.replace("/etc/prometheus/tesigo.token", "token"))
    checked = promtool("check", "config", str(tmp_path / name))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def lost(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Where what Grafana's types kept differs from what we wrote."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            if not isinstance(theirs, dict) or key not in theirs:
                yield f"{place}.{key}"
            else:
                yield from lost(value, theirs[key], f"{place}.{key}")
    elif isinstance(ours, list):
        if not isinstance(theirs, list) or len(ours) != len(theirs):
            yield place
        else:
            for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                yield from lost(one, other, f"{place}[{number}]")
    elif ours != theirs:
        yield f"{place}: {ours!r} became {theirs!r}"


def kept_by_grafana(dashboard: dict[str, Any]) -> Any:
    plugins.register_default_plugins()
    return json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))


def test_grafana_knows_every_field_of_the_dashboard() -> None:
    assert list(lost(DASHBOARD, kept_by_grafana(DASHBOARD))) == []


def test_a_field_that_grafana_does_not_know_is_found() -> None:
    wrong = json.loads(json.dumps(DASHBOARD))
    wrong["panels"][1]["fieldConfig"]["defaults"]["unitt"] = "s"
    assert list(lost(wrong, kept_by_grafana(wrong))) == [".panels[1].fieldConfig.defaults.unitt"]


def test_panels_have_ids_of_their_own_and_lie_beside_each_other() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["Visitors", "Queue and writing", "AI and cost", "Money", "Database and Redis", "Backups", "Duty"]


def test_every_panel_has_a_unit_of_grafanas_and_asks_the_chosen_source() -> None:
    known = {value for name, value in vars(units).items() if isinstance(value, str) and not name.startswith("_")}
    for panel in DASHBOARD["panels"]:
        if panel["type"] == "row":
            continue
        assert panel["fieldConfig"]["defaults"]["unit"] in known, panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
        letters = [one["refId"] for one in panel["targets"]]
        assert letters, panel["title"]
        assert len(letters) == len(set(letters)), panel["title"]


@pytest.mark.parametrize(("place", "expression"), expressions().items(), ids=lambda value: str(value)[:40])
def test_questions_name_metrics_and_labels_that_there_are(place: str, expression: str) -> None:
    names = set(re.findall(r"\btesigo_\w+", expression))
    assert names or "up{" in expression, place
    known = _GIVEN.union(*(metric_of(name).labels for name in names))
    for name, selector in re.findall(r"\b(tesigo_\w+)\{([^}]*)\}", expression):
        asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
        assert asked <= {*metric_of(name).labels, *_GIVEN}, f"{place}: {name} has no {asked}"
    for grouped in re.findall(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)", expression):
        assert {label.strip() for label in grouped.split(",")} <= known, place


def count_everything() -> None:
    """Each thing that processes count, once, by the functions that count it."""
    from django.core.cache import cache

    from accounts import measures as of_accounts
    from billing import measures as of_billing
    from generation import measures as of_generation
    from tesigo.platform.breaker import Breaker
    from tesigo.platform.metrics import measures
    from tesigo.platform.metrics.requests import Measured, OpenLines

    door = Measured(None)  # type: ignore[arg-type]  # only its counting is asked for
    door._count("documents:library", "2xx", 0.1)
    OpenLines(None)  # type: ignore[arg-type]  # as above
    cache.get("nothing")
    Breaker("Stripe", pause=1, longest=1).failed(OSError())

    class Task:
        name, request = "some.task", None

    task_prerun.send(sender=Task, task_id="1", task=Task)
    task_postrun.send(sender=Task, task_id="1", task=Task, state="SUCCESS")
    assert measures.tasks.labels("some.task", "success")._value.get() == 1
    of_accounts.count_mail("sent")
    of_billing.count_payment("succeeded")
    of_billing.count_booking(movement="paid", amount=Decimal(5))
    of_generation.count_job("running")
    of_generation.count_step(stage="write", state="done", began=0.0)
    of_generation.count_call(
        provider="openai", model="some", outcome="succeeded", seconds=1.0, tokens={"input": 5}, euros=Decimal(1)
    )


@pytest.mark.django_db(transaction=True)
def test_a_real_scrape_has_every_metric_with_its_labels_and_pleases_prometheus(told: str) -> None:  # noqa: F811
    count_everything()
    connection.ensure_connection()  # the pool is told of once there is one
    text = scrape(told)
    there = families(text)
    for name, definition in defined.items():
        metric = there.get(name.removesuffix("_total"))
        assert metric is not None, f"{name} is not told"
        assert metric.type == definition.kind, name
        for sample in metric.samples:
            assert set(sample.labels) - {"le"} == set(definition.labels), name
    # Two web servers of one machine, or a dead one, add no labels of their own.
    assert not any("pid" in sample.labels for metric in there.values() for sample in metric.samples)
    assert [one.value for one in samples(text, "tesigo_booked_euros_total")] == [5.0]
    checked = promtool("check", "metrics", text=text)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_docs_explain_every_metric_and_nothing_else() -> None:
    text = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(tesigo_\w+)` \| (\w+) \|([^|]*)\|", text, re.MULTILINE)
    told_of = {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    ours = {name: one for name, one in defined.items() if not name.startswith("tesigo_test")}
    assert told_of == {name: (one.kind, one.labels) for name, one in ours.items()}
