"""The chart, linted and rendered by Helm itself; every document is read as Kubernetes would read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python.chart as helm
import kubernetes_validate
import pytest
import yaml
from helm_python.errors import HelmError

from tesigo import settings as settings_module
from tesigo.platform.paths import ROOT
from tesigo.version import VERSION

CHART = ROOT / "deploy" / "helm" / "tesigo"
KUBERNETES = "1.33"
SITE = {
    "SITE_URL": "https://tesigo.example",
    "CONTACT_EMAIL": "contact@tesigo.example",
    "IMPRINT": "TesiGo, 1 Example Street",
    "SELLER_ADDRESS": "1 Example Street",
    "ALERT_EMAILS": "staff@tesigo.example",
    "S3_BUCKET": "tesigo",
}
#: What sites set, by a name for the test.
VALUES: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "scaled by KEDA, pinned by digest": {
        "image": {"digest": "sha256:" + "a" * 64, "repository": "registry.example/tesigo"},
        "worker": {"autoscaling": {"kind": "keda"}},
    },
    "scaled by an external metric, watched": {
        "worker": {"autoscaling": {"kind": "hpa", "max": 40}},
        "serviceMonitor": {"enabled": True, "tokenKey": "METRICS_TOKEN"},
        "backup": {"config": {"BACKUP_DESTINATIONS": "offsite"}, "spool": {"size": "200Gi", "storageClass": "fast"}},
    },
    "as little as can be": {
        "web": {"autoscaling": {"enabled": False}, "replicas": 1},
        "backup": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "ingress": {"enabled": False},
        "migrations": {"enabled": False},
    },
}


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Each document that Helm makes of the values."""
    with helm.Chart.load(CHART) as chart:
        files = chart.render({"config": SITE} | values, name="site", namespace="tesigo")
    texts = [text for path, text in files.items() if path.endswith(".yaml")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


@pytest.fixture(scope="module", params=VALUES, ids=lambda name: name.replace(" ", "-"))
def documents(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return rendered(VALUES[request.param])


def pods(documents: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for document in documents:
        if template := document["spec"].get("template") if "spec" in document else None:
            yield document["metadata"]["name"], template


def of_kind(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


@pytest.mark.parametrize("name", VALUES)
def test_helm_lints_it_without_a_word(name: str) -> None:
    report = helm.lint(CHART, {"config": SITE} | VALUES[name], strict=True, namespace="tesigo", kube_version="v1.33.0")
    assert report["total_charts_linted"] == 1
    # An icon is all that is missing.
    assert [one for one in report["messages"] if "icon is recommended" not in one["error"]] == []
    assert report["errors"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"config": SITE | {"SITE_URL": "http://tesigo.example"}},
        {"config": {}},
        {"config": SITE | {"STRIPE_SECRET_KEY": "sk_live_something"}},
        {"image": {"repository": "tesigo", "tag": "latest"}},
        {"worker": {"autoscaling": {"kind": "magic"}}},
        {"web": {"replica": 3}},
        {"secret": {"name": "x", "keys": ["SECRET_KEY"]}},
    ],
)
def test_values_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with helm.Chart.load(CHART) as chart, pytest.raises(HelmError):
        chart.validate_schema({"config": SITE} | wrong)


def test_kubernetes_takes_each_document(documents: list[dict[str, Any]]) -> None:
    ours = [one for one in documents if one["apiVersion"].partition("/")[0] not in {"keda.sh", "monitoring.coreos.com"}]
    assert len(ours) >= 7
    for document in ours:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_a_document_that_is_wrong_is_seen_by_the_same_check() -> None:
    (web,) = [one for one in rendered({}) if one["kind"] == "Deployment" and one["metadata"]["name"] == "site-web"]
    web["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(web, KUBERNETES, strict=True)


def test_every_pod_can_do_little_and_is_bounded(documents: list[dict[str, Any]]) -> None:
    found = dict(pods(documents))
    assert {"site-web", "site-worker", "site-beat"} <= found.keys()
    for name, pod in found.items():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 1000, name
        assert spec["automountServiceAccountToken"] is False, name
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
            assert "memory" in container["resources"]["limits"], name
            assert re.search(r":\d+\.\d+\.\d+$|@sha256:[0-9a-f]{64}$", container["image"]), container["image"]
            assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"], name
            if name != "site-migrate":
                assert "livenessProbe" in container, name
    probes = found["site-web"]["spec"]["containers"][0]
    assert probes["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert probes["livenessProbe"]["httpGet"]["path"] == "/health"
    assert {"name": "Host", "value": "tesigo.example"} in probes["readinessProbe"]["httpGet"]["httpHeaders"]


def test_no_secret_stands_in_a_pods_environment(documents: list[dict[str, Any]]) -> None:
    for name, pod in pods(documents):
        for container in pod["spec"]["containers"]:
            mounted = tuple(one["mountPath"] for one in container["volumeMounts"])
            for variable in container["env"]:
                if variable["name"].endswith("_FILE"):
                    assert variable["value"].startswith(mounted), (name, variable)
                else:
                    assert not re.search("SECRET|PASSWORD|_KEY", variable["name"]), (name, variable)
            assert "envFrom" not in container


def test_selectors_find_the_pods_that_they_are_for(documents: list[dict[str, Any]]) -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(documents)}
    for document in documents:
        name, spec = document["metadata"]["name"], document.get("spec", {})
        selector = spec.get("selector") or spec.get("podSelector")
        if selector is None:
            continue
        wanted = selector.get("matchLabels", selector)
        met = {pod for pod, own in labels.items() if wanted.items() <= own.items()}
        assert met, name
        if document["kind"] not in {"NetworkPolicy", "ServiceMonitor", "PodMonitor"}:
            assert met == {name}, (name, met)
    for scaler in [
        *of_kind(documents, "HorizontalPodAutoscaler").values(),
        *of_kind(documents, "ScaledObject").values(),
    ]:
        assert scaler["spec"]["scaleTargetRef"]["name"] in labels


def test_prometheus_asks_each_pod_at_the_port_of_its_figures() -> None:
    documents = rendered({"serviceMonitor": {"enabled": True, "port": 9201}})
    (asked,) = of_kind(documents, "ServiceMonitor")["site"]["spec"]["endpoints"]
    ports = {one["name"]: one for one in of_kind(documents, "Service")["site-web"]["spec"]["ports"]}
    assert (ports[asked["port"]]["port"], ports[asked["port"]]["targetPort"]) == (9201, "metrics")
    watched = of_kind(documents, "PodMonitor")["site-work"]["spec"]
    assert [one["port"] for one in watched["podMetricsEndpoints"]] == ["metrics"]
    (among,) = watched["selector"]["matchExpressions"]
    (let_in,) = of_kind(documents, "NetworkPolicy")["site-metrics"]["spec"]["ingress"]
    assert let_in["ports"] == [{"protocol": "TCP", "port": "metrics"}]
    told = {}
    for _name, pod in pods(documents):
        for container in pod["spec"]["containers"]:
            environment = {one["name"]: one for one in container["env"]}
            if "metrics" in {port["name"]: port for port in container.get("ports", [])}:
                assert environment["METRICS_HOST"]["valueFrom"]["fieldRef"]["fieldPath"] == "status.podIP"
                assert {"name": "metrics", "containerPort": 9201, "protocol": "TCP"} in container["ports"]
                told[container["name"]] = next(name for name in environment if re.fullmatch(r"METRICS_.*PORT", name))
                assert environment[told[container["name"]]]["value"] == "9201"
    assert told == {"web": "METRICS_PORT"} | dict.fromkeys(among["values"], "METRICS_WORKER_PORT")
    assert all(hasattr(settings_module, name) for name in told.values())


def test_without_a_monitor_no_figures_are_told() -> None:
    documents = rendered({})
    assert "METRICS" not in yaml.safe_dump_all(documents)
    assert {port["name"] for port in of_kind(documents, "Service")["site-web"]["spec"]["ports"]} == {"http"}


def test_what_is_scaled_says_no_number_of_its_own() -> None:
    for kind, scaler in (("keda", "ScaledObject"), ("hpa", "HorizontalPodAutoscaler")):
        documents = rendered({"worker": {"autoscaling": {"kind": kind}}})
        assert "replicas" not in of_kind(documents, "Deployment")["site-worker"]["spec"]
        assert "site-worker" in of_kind(documents, scaler)
    assert of_kind(rendered({}), "Deployment")["site-worker"]["spec"]["replicas"] == 2


def test_migrations_run_before_the_pods_and_need_nothing_of_the_release() -> None:
    job = of_kind(rendered({}), "Job")["site-migrate"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    spec = job["spec"]["template"]["spec"]
    assert "serviceAccountName" not in spec
    assert spec["restartPolicy"] == "Never"
    assert {volume["name"] for volume in spec["volumes"]} == {"tmp", "secret"}


def test_beat_and_backups_are_one(documents: list[dict[str, Any]]) -> None:
    beat = of_kind(documents, "Deployment")["site-beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]["type"]) == (1, "Recreate")
    for backup in of_kind(documents, "StatefulSet").values():
        assert backup["spec"]["replicas"] == 1
        both = backup["spec"]["template"]["spec"]["containers"]
        assert [container["args"] for container in both] == [["backup"], ["receive_wal"]]
        spools = [one for container in both for one in container["volumeMounts"] if one["name"] == "spool"]
        assert len(spools) == 2


def test_the_chart_deploys_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", chart["version"])


def test_the_archive_can_be_made(tmp_path: Path) -> None:
    with helm.Chart.load(CHART) as chart:
        assert Path(chart.save(tmp_path)).name == f"tesigo-{chart.version}.tgz"
