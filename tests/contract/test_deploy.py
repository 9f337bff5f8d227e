"""What is written under `deploy/` for others to run fits the code: settings, commands, ports.

The form of the manifests is checked by hand for what the centre relies on; a cluster checks the
rest when they are applied.
"""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.adapters.settings import Settings
from services.aggregator.app import STAGES

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BASE, OVERLAY = DEPLOY / "k8s/base", DEPLOY / "k8s/overlays/province"
COMPOSE = DEPLOY / "compose/compose.yaml"
PORT = 8080
SERVICES = {"ingest", "count", "evaluate", "api"}
SETTINGS = {f"IOC_{name.upper()}" for name in Settings.model_fields}
SECRET_SETTINGS = {"IOC_DATABASE_URL"}
IMAGE = re.compile(r"[a-z0-9.-]+(/[a-z0-9.-]+)*:[\w.-]+")

Document = dict[str, Any]


def load(path: Path) -> Document:
    (document,) = documents(path)
    return document


def documents(path: Path) -> list[Document]:
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def manifests() -> list[Document]:
    listed = load(BASE / "kustomization.yaml")["resources"]
    assert {*listed, "kustomization.yaml"} == {path.name for path in BASE.iterdir()}
    return [each for name in listed for each in documents(BASE / name)]


def of_kind(kind: str) -> dict[str, Document]:
    return {each["metadata"]["name"]: each for each in manifests() if each["kind"] == kind}


def pod(manifest: Document) -> Document:
    spec: Document = manifest["spec"]["template"]["spec"]
    return spec


def workloads() -> dict[str, Document]:
    return of_kind("Deployment") | of_kind("Job")


def container(manifest: Document) -> Document:
    (found,) = pod(manifest)["containers"]
    only: Document = found
    return only


def literals(folder: Path) -> dict[str, str]:
    (generator,) = load(folder / "kustomization.yaml")["configMapGenerator"]
    assert generator["name"] == "ioc-settings"
    return dict(each.split("=", 1) for each in generator["literals"])


def commands() -> Iterator[list[str]]:
    for workload in workloads().values():
        yield container(workload)["command"]
    for service in load(COMPOSE)["services"].values():
        if "command" in service:
            yield service["command"]


def test_every_service_has_a_deployment_a_budget_and_a_job_before() -> None:
    assert of_kind("Deployment").keys() == SERVICES
    assert of_kind("Job").keys() == {"migrate"}
    assert of_kind("PodDisruptionBudget").keys() == SERVICES
    assert of_kind("Service").keys() == {"ingest", "api"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_selectors_choose_the_pods_of_their_own(name: str) -> None:
    deployment = of_kind("Deployment")[name]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels == {"app.kubernetes.io/name": "ioc", "app.kubernetes.io/component": name}
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    budget = of_kind("PodDisruptionBudget")[name]["spec"]
    assert budget["selector"]["matchLabels"] == labels
    assert budget.get("minAvailable", 0) < deployment["spec"]["replicas"]
    if name in of_kind("Service"):
        service = of_kind("Service")[name]["spec"]
        assert service["selector"] == labels
        assert [port["targetPort"] for port in service["ports"]] == ["http"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_probes_and_ports_are_those_of_the_services(name: str) -> None:
    found = container(of_kind("Deployment")[name])
    assert found["ports"] == [{"name": "http", "containerPort": PORT}]
    paths = {probe: found[probe]["httpGet"] for probe in found if probe.endswith("Probe")}
    assert paths == {
        "startupProbe": {"path": "/healthz", "port": "http"},
        "livenessProbe": {"path": "/healthz", "port": "http"},
        "readinessProbe": {"path": "/readyz", "port": "http"},
    }
    assert {"name": "IOC_PORT", "value": str(PORT)} in found["env"]


@pytest.mark.parametrize("name", ["migrate", *sorted(SERVICES)])
def test_pods_may_do_nothing_but_their_work(name: str) -> None:
    workload = workloads()[name]
    assert pod(workload)["securityContext"]["runAsNonRoot"] is True
    assert pod(workload)["automountServiceAccountToken"] is False
    found = container(workload)
    assert found["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert found["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in found["resources"]["limits"]
    needs_database = any(each["name"] == "IOC_DATABASE_URL" for each in found.get("env", ()))
    assert needs_database is (name != "ingest")


def test_network_policies_begin_with_nothing() -> None:
    policies = of_kind("NetworkPolicy")
    nothing = policies.pop("nothing-else")["spec"]
    assert nothing["policyTypes"] == ["Ingress", "Egress"]
    assert not nothing.keys() & {"ingress", "egress"}
    for policy in policies.values():
        for rule in policy["spec"].get("ingress", []):
            assert rule["from"]
            assert [port["port"] for port in rule["ports"]] == ["http"]
        for rule in policy["spec"].get("egress", []):
            assert {port["port"] for port in rule["ports"]} <= {53, 9092, 5432}
        for each in policy["spec"]["podSelector"].get("matchExpressions", ()):
            assert set(each["values"]) <= workloads().keys()


def test_the_overlay_changes_what_the_base_has() -> None:
    overlay = load(OVERLAY / "kustomization.yaml")
    assert [(OVERLAY / each).resolve() for each in overlay["resources"]] == [BASE]
    assert overlay["configMapGenerator"][0]["behavior"] == "merge"
    assert {each["name"] for each in overlay["images"]} == {
        container(each)["image"] for each in workloads().values()
    }
    assert {each["name"] for each in overlay["replicas"]} <= of_kind("Deployment").keys()
    for patch in overlay["patches"]:
        target = of_kind(patch["target"]["kind"])[patch["target"]["name"]]
        for change in yaml.safe_load(patch["patch"]):
            place: Any = target
            for step in change["path"].strip("/").split("/"):
                place = place[int(step) if step.isdecimal() else step]
            assert type(place) is type(change["value"])


def test_every_variable_is_a_setting() -> None:
    given = {**literals(BASE), **literals(OVERLAY)}
    for workload in workloads().values():
        for each in container(workload).get("env", ()):
            given[each["name"]] = each.get("value", "")
    assert given.keys() <= SETTINGS
    assert not SECRET_SETTINGS & (literals(BASE).keys() | literals(OVERLAY).keys())
    plain = {name: value for name, value in given.items() if name not in SECRET_SETTINGS}
    Settings.model_validate({name[4:].lower(): value for name, value in plain.items()})
    mentioned = {
        name
        for path in DEPLOY.rglob("*")
        if path.is_file() and "local" not in path.parts
        for name in re.findall(r"\bIOC_[A-Z_]+\b", path.read_text(errors="replace"))
    }
    assert mentioned <= SETTINGS


def test_every_command_is_a_module_of_ours() -> None:
    found = list(commands())
    for command in found:
        assert command[:2] == ["python", "-m"]
        assert importlib.util.find_spec(f"{command[2]}.__main__") is not None
        if "--only" in command:
            assert command[-1] in STAGES
    stages = [command[-1] for command in found if "--only" in command]
    assert sorted(stages) == sorted(STAGES * 2)


def test_compose_starts_the_same_services() -> None:
    services = load(COMPOSE)["services"]
    deployed = {name: container(each)["command"] for name, each in workloads().items()}
    assert {name: services[name]["command"] for name in deployed} == deployed
    assert set(services) == deployed.keys() | {"kafka", "database", "prometheus", "grafana"}
    for name, service in services.items():
        assert IMAGE.fullmatch(service["image"]), name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "what leaves the machine has a proxy before it"
    for name in SERVICES:
        environment = services[name]["environment"]
        assert environment.keys() <= SETTINGS
        assert environment["IOC_PORT"] == str(PORT)
        assert all(port.endswith(f":{PORT}") for port in services[name].get("ports", ()))
    for line in (COMPOSE.parent / ".env.example").read_text().splitlines():
        assert f"${{{line.partition('=')[0]}:" in COMPOSE.read_text()


def test_what_compose_mounts_is_there() -> None:
    for service in load(COMPOSE)["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (COMPOSE.parent / source).resolve().exists(), source


def test_the_image_holds_what_the_services_open() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE)
    assert {"services", "schemas", "standards", "requirements.lock"} <= set(copied)
    for source in copied:
        assert (DEPLOY.parent / source).exists(), source
    assert re.findall(r"^EXPOSE (\d+)$", text, re.MULTILINE) == [str(PORT)]
    users = re.findall(r"^USER (\d+):", text, re.MULTILINE)
    assert users == [
        str(pod(each)["securityContext"]["runAsUser"]) for each in list(workloads().values())[:1]
    ]
