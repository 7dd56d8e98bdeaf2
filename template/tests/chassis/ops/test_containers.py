import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

OPS = Path(__file__).parents[3] / "ops"
TOOLS = Path(sys.executable).parent
# What YAML gives is as deep as the file is; each test looks at the part it knows.
COMPOSE: dict[str, Any] = yaml.safe_load((OPS / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]

each_service = pytest.mark.parametrize("name", SERVICES)


def check(*command: str | Path) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_compose_file_follows_the_specification() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    check(TOOLS / "check-jsonschema", *schema, OPS / "compose.yaml")


def test_the_dockerfile_passes_its_linter() -> None:
    # DL3042 and the like stay on; pinned apt packages are not used at all.
    check(TOOLS / "hadolint", "--no-color", OPS / "Dockerfile")


def test_every_process_of_the_service_is_there() -> None:
    assert set(OURS) == {"api", "worker-async", "worker-sync", "listener", "poller", "scheduler"}
    assert {"valkey", "prometheus", "grafana"} <= set(SERVICES)


@each_service
def test_it_is_not_root_and_cannot_become_it(name: str) -> None:
    service = SERVICES[name]

    assert int(service["user"].partition(":")[0]) > 0
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@each_service
def test_it_writes_nowhere_but_to_volumes_and_memory(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    binds = [v for v in SERVICES[name].get("volumes", []) if v.startswith((".", "/"))]
    assert all(bind.endswith(":ro") for bind in binds)


@each_service
def test_it_is_bounded_and_ends_in_order(name: str) -> None:
    service = SERVICES[name]

    assert {"mem_limit", "cpus", "pids_limit", "stop_grace_period"} <= set(service)
    assert service["init"] is True
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]


@each_service
def test_it_says_whether_it_is_well(name: str) -> None:
    healthcheck = SERVICES[name]["healthcheck"]

    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(healthcheck)


@each_service
def test_it_is_reached_from_this_machine_at_most(name: str) -> None:
    ports = SERVICES[name].get("ports", [])

    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert not (name == "valkey" and ports)


@each_service
def test_its_image_is_pinned(name: str) -> None:
    image = SERVICES[name]["image"]

    assert "latest" not in image
    assert re.search(r":(\$\{\w+:-)?v?\w[\w.-]*\}?$", image), image


@each_service
def test_its_secrets_are_files(name: str) -> None:
    secret_name = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|CREDENTIAL")
    for variable, value in SERVICES[name].get("environment", {}).items():
        assert not secret_name.search(variable) or variable.endswith("_FILE"), variable
        assert "@" not in value, f"{variable} may hold a password"


def test_no_secret_has_a_default_and_none_is_in_the_tree() -> None:
    for name, secret in COMPOSE["secrets"].items():
        assert set(secret) == {"file"}, name
        assert secret["file"].startswith("./secrets/")
    ignored = (OPS.parent / ".gitignore").read_text().splitlines()
    assert any(line.strip("/") in {"ops/secrets", "secrets"} for line in ignored)


@pytest.mark.parametrize("name", OURS)
def test_a_worker_has_longer_to_stop_than_its_tasks_have_to_end(name: str) -> None:
    grace = SERVICES[name]["stop_grace_period"]

    assert int(grace.removesuffix("s")) > 30


def test_valkey_has_no_way_out_and_starts_before_the_service() -> None:
    assert SERVICES["valkey"]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"]["internal"] is True
    for name in OURS:
        assert SERVICES[name]["depends_on"]["valkey"]["condition"] == "service_healthy"


def test_prometheus_scrapes_every_process() -> None:
    config = yaml.safe_load((OPS / "prometheus/prometheus.yml").read_text())

    (job,) = config["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == set(OURS)


def test_grafana_lets_nobody_in_without_the_password() -> None:
    environment = SERVICES["grafana"]["environment"]

    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert environment["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/secrets/grafana_password"


def test_the_image_holds_the_source_and_nothing_else() -> None:
    lines = (OPS.parent / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {
        "pyproject.toml",
        "uv.lock",
        "README.md",
        "src/",
    }
