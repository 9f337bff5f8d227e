"""Prometheus and Grafana ask what exists: metrics of the services, columns of the tables."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from prometheus_client import CollectorRegistry

from services.aggregator.metrics import CountMetrics, EvaluateMetrics
from services.api.metrics import ApiMetrics
from services.ingest.metrics import IngestMetrics

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DASHBOARDS = DEPLOY / "grafana/dashboards"
PORT = 8080
SERVICES = {"ingest", "count", "evaluate", "api"}
METRIC = re.compile(r"\bioc_[a-z_]+\b")
TIME_FILTER = re.compile(r"\$__timeFilter\((\w+)\)")
VARIABLE = re.compile(r"'\$\w+'")

Document = dict[str, Any]


def load(path: Path) -> Document:
    document: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def metric_names() -> set[str]:
    registry = CollectorRegistry()
    CountMetrics(registry)
    EvaluateMetrics(registry)
    ApiMetrics(registry)
    IngestMetrics(registry, lambda: 0)
    found = set()
    for family in registry.collect():
        found |= {sample.name for sample in family.samples}
        # One with labels has no sample before its first.
        found.add(f"{family.name}_total" if family.type == "counter" else family.name)
    return found


def expressions() -> Iterator[str]:
    for group in load(DEPLOY / "prometheus/rules.yml")["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]
    for _, target in targets():
        if "expr" in target:
            yield target["expr"]


def targets() -> Iterator[tuple[str, Document]]:
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", target


@pytest.mark.parametrize("name", ["prometheus.yml", "kubernetes.yml"])
def test_prometheus_scrapes_all_services_under_their_names(name: str) -> None:
    configuration = load(DEPLOY / "prometheus" / name)
    assert configuration["rule_files"] == ["rules.yml"]
    jobs = {each["job_name"]: each for each in configuration["scrape_configs"]}
    if name == "prometheus.yml":
        assert jobs.keys() == SERVICES
        for job in jobs.values():
            (lookup,) = job["dns_sd_configs"]
            assert lookup == {"names": [job["job_name"]], "type": "A", "port": PORT}
    else:
        (job,) = jobs.values()
        assert "job" in {each.get("target_label") for each in job["relabel_configs"]}


def test_every_metric_of_rules_and_dashboards_exists() -> None:
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert asked
    assert asked <= metric_names()


def test_every_rule_says_what_to_do() -> None:
    (group,) = load(DEPLOY / "prometheus/rules.yml")["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(names) == len(set(names))
    for rule in group["rules"]:
        assert rule["annotations"].keys() == {"summary", "action"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"\d+m", rule["for"])


def test_dashboards_ask_the_sources_that_are_provisioned() -> None:
    provisioned = load(DEPLOY / "grafana/provisioning/datasources/ioc.yaml")["datasources"]
    known = {each["uid"]: each["type"] for each in provisioned}
    for path in DASHBOARDS.glob("*.json"):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        numbers = [panel["id"] for panel in dashboard["panels"]]
        assert len(numbers) == len(set(numbers))
        asked = [each["datasource"] for each in dashboard["templating"]["list"]]
        for panel in dashboard["panels"]:
            asked += [panel["datasource"], *(each["datasource"] for each in panel["targets"])]
        for source in asked:
            assert known[source["uid"]] == source["type"]


@pytest.mark.servers
def test_the_tables_answer_what_dashboards_ask(database: str) -> None:
    questions = [target["rawSql"] for _, target in targets() if "rawSql" in target]
    for path in DASHBOARDS.glob("*.json"):
        dashboard = json.loads(path.read_text(encoding="utf-8"))
        questions += [each["query"] for each in dashboard["templating"]["list"]]
    assert questions
    with psycopg.connect(database, autocommit=True) as connection:
        for question in questions:
            asked = TIME_FILTER.sub(r"\1 > now() - interval '1 hour'", question)
            connection.execute(VARIABLE.sub("'x'", asked).encode())
