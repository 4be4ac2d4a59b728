"""The compose file of one server: by its schema, and by what a container of ours must not be able to do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tesigo.platform.environment_file import read_file
from tesigo.platform.own_secrets import OWN_SECRETS
from tesigo.platform.paths import ROOT
from tesigo.platform.strength import strong_secret, weakness

FOLDER = ROOT / "deploy" / "compose"
EXAMPLE = FOLDER / ".env.example"


#: Read by compose or by a script of an image, not by the settings.
OF_COMPOSE = {
    "SITE_HOST",
    "ACME_EMAIL",
    "ACME_SERVER",
    "WORKER_PROCESSES",
    "POSTGRES_MEMORY",
    "POSTGRES_SHARED_BUFFERS",
}
#: Containers with a process of ours that counts.
TELLING = ["web-1", "web-2", "worker", "beat", "backup"]
_READ = re.compile(r'env\.\w+\(\s*"([A-Z][A-Z0-9_]*)"')


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def handed_on(value: str, env: dict[str, str]) -> str:
    """A value of the compose file as Compose hands it on: `${NAME:+word}` is the word where the name is set."""
    return re.sub(r"\$\{(\w+):\+(\w+)\}", lambda found: found[2] if env.get(found[1]) else "", value)


def known_settings() -> set[str]:
    """The names that the settings read, those made up in a loop among them."""
    text = (ROOT / "tesigo" / "settings.py").read_text()
    services = ("OPENALEX", "CROSSREF", "DATACITE", "SEMANTIC_SCHOLAR", "TAVILY", "PERPLEXITY")
    return set(_READ.findall(text)) | {f"{name}_URL" for name in services}


def test_it_is_a_compose_file() -> None:
    check = str(Path(sys.executable).with_name("check-jsonschema"))
    checked = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", str(FOLDER / "compose.yaml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_container_is_bounded_and_can_do_little(services: dict[str, dict[str, Any]]) -> None:
    assert len(services) >= 10
    for name, service in services.items():
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["logging"]["options"]["max-size"], name
        assert service["restart"] in {"unless-stopped", "no"}, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not service.get("privileged"), name
        assert "network_mode" not in service, name
        if name != "database":
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name


def test_only_nginx_is_reached_from_outside(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert {name for name, network in compose["networks"].items() if network.get("internal")} == {
        "front", "inside", "data",
    }  # fmt: skip
    # The database is not in reach of who speaks to the world.
    assert {name for name, service in services.items() if "data" in service["networks"]} == {
        "pool",
        "database",
        "backup",
        "receivewal",
        "migrate",
    }
    assert services["database"]["networks"] == ["data"]
    assert set(services["proxy"]["networks"]) == {"front", "world"}


def test_no_image_is_taken_by_whatever_is_newest(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        default = re.search(r":-([^}]+)}", service["image"])
        assert default or ":?" in service["image"], name
        if default:
            tag = default[1].rpartition("/")[2].partition(":")[2]
            assert tag not in {"", "latest"}, name
            assert re.search(r"\d", tag), name


def test_secrets_come_from_files_and_from_nowhere_else(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for name, service in services.items():
        environment = service.get("environment", {})
        mounted = {f"/run/secrets/{one}" for one in service.get("secrets", [])}
        for variable, value in environment.items():
            if variable.endswith("_FILE"):
                assert value in mounted, (name, variable)
            else:
                assert not re.search(r"SECRET|PASSWORD|_KEY|_URL$", variable), (name, variable)
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
    assert {secret["file"] for secret in compose["secrets"].values()} == {
        f"secrets/{name}" for name in compose["secrets"]
    }
    for own in OWN_SECRETS:
        for variable in (own, f"{own}_FALLBACKS"):
            assert services["web-1"]["environment"][f"{variable}_FILE"] == f"/run/secrets/{variable.lower()}"


def test_every_secret_of_the_settings_can_be_given(services: dict[str, dict[str, Any]]) -> None:
    text = (ROOT / "tesigo" / "settings.py").read_text()
    named = set(re.findall(r'env\.(?:secret|secret_list|api_key|api_keys)\(\s*"([A-Z][A-Z0-9_]*)"', text))
    assert len(named) >= 15
    assert {name for name in named if f"{name}_FILE" not in services["backup"]["environment"]} == set()
    assert {name for name in named if f"{name}_FILE" not in services["web-1"]["environment"]} <= {"BACKUP_SIGNING_KEY"}


def test_volumes_and_networks_that_are_used_are_there(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for name, service in services.items():
        assert set(service["networks"]) <= compose["networks"].keys(), name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (FOLDER / source).is_file(), source
            else:
                assert source in compose["volumes"], source
        for other in service.get("depends_on", {}):
            assert other in services


def test_nginx_and_pgbouncer_run_as_they_do_elsewhere() -> None:
    """The copies with the containers' names say what the originals say."""
    plain = re.compile(r"server \S+:\d+ ")
    for folder, name in (("nginx", "upstream.conf"), ("pgbouncer", "pgbouncer.ini")):
        there = (ROOT / "deploy" / folder / name).read_text().splitlines()
        here = (FOLDER / "config" / name).read_text().splitlines()
        there, here = ([plain.sub("server ", one) for one in lines if one[:1] not in "#;"] for lines in (there, here))
        ours = {line for line in here if line.strip() and not line.strip().startswith("#")}
        theirs = {line for line in there if line.strip() and not line.strip().startswith("#")}
        differ = {re.split(r"[ =]", line.strip())[0] for line in ours ^ theirs}
        assert differ <= {"tesigo", "listen_addr", "unix_socket_dir", "auth_file"}, (name, differ)


def test_the_example_names_settings_that_there_are() -> None:
    text = EXAMPLE.read_text()
    named = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))
    assert named - known_settings() - OF_COMPOSE - {name for name in named if name.endswith("_IMAGE")} == set()
    assert not re.search(r"^#?\w*(SECRET|PASSWORD|API_KEY)\w*=", text, re.MULTILINE)


def test_production_starts_with_the_example_and_the_secrets_that_setup_makes(tmp_path: Path) -> None:
    folder = tmp_path / "compose"
    folder.mkdir()
    (folder / "config").mkdir()
    (folder / "setup").write_text((FOLDER / "setup").read_text())
    (folder / ".env").write_text(EXAMPLE.read_text())
    for _ in range(2):
        told = subprocess.run(["bash", folder / "setup"], capture_output=True, text=True, check=False, timeout=60)
        assert told.returncode == 0, told.stderr
    secrets = {path.name: path.read_text().strip() for path in (folder / "secrets").iterdir()}
    assert "Still empty: secrets/stripe_secret_key" in told.stdout
    for own in OWN_SECRETS:
        assert weakness(secrets[own.lower()]) == ""
    assert (folder / "config" / "name.conf").read_text().endswith("server_name tesigo.example;\n")
    filler = strong_secret()
    given = {
        "email_url": "smtp+tls://mail.example:587", "openai_api_keys": f"sk-{filler}",
        "stripe_secret_key": f"sk_live_{filler}", "stripe_webhook_secret": f"whsec_{filler}",
    }  # fmt: skip
    for name, value in given.items():
        (folder / "secrets" / name).write_text(value)
    (service,) = {
        json.dumps(one["environment"])
        for name, one in yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"].items()
        if name in {"web-1", "worker", "beat"}
    }
    (folder / "secrets" / "metrics_token").write_text(strong_secret())
    for more, told_where in (({}, "127.0.0.1 0 0"), ({"METRICS_HOST": "0.0.0.0"}, "0.0.0.0 9101 9101")):
        env = read_file(folder / ".env") | more
        environ = {
            name: handed_on(value, env).replace("/run/secrets", str(folder / "secrets"))
            for name, value in json.loads(service).items()
        }
        words = "s.SITE_URL, s.METRICS_HOST, s.METRICS_PORT, s.METRICS_WORKER_PORT"
        started = subprocess.run(
            [sys.executable, "-c", f"import tesigo.settings as s; print({words})"],
            cwd=ROOT, env={"PATH": os.environ["PATH"]} | env | environ,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert started.stdout.strip() == f"https://tesigo.example {told_where}", started.stderr[-2_000:]


def test_prometheus_asks_every_container_that_counts(services: dict[str, dict[str, Any]]) -> None:
    """No other process tells what they count: each has a folder of its own for it."""
    text = (ROOT / "deploy" / "monitoring" / "prometheus.compose.yml").read_text()
    web, workers = yaml.safe_load(text)["scrape_configs"]
    (found,) = workers["dns_sd_configs"]
    assert [*web["static_configs"][0]["targets"], *(f"{name}:{found['port']}" for name in found["names"])] == [
        f"{name}:9101" for name in TELLING
    ]
    for name in TELLING:
        environment = services[name]["environment"]
        for port in ("METRICS_PORT", "METRICS_WORKER_PORT"):
            assert handed_on(environment[port], {"METRICS_HOST": "0.0.0.0"}) == "9101", name
            assert handed_on(environment[port], {}) == "", name
        assert "inside" in services[name]["networks"], name
        assert not any("metrics" in volume for volume in services[name]["volumes"]), name


@pytest.mark.parametrize("script", ["setup", "config/roles.sh"])
def test_scripts_are_read_by_a_shell(script: str) -> None:
    read = subprocess.run(["bash", "-n", FOLDER / script], capture_output=True, text=True, check=False, timeout=10)
    assert read.returncode == 0, read.stderr
