"""The growth test: what the generators write, and one generated app measured for real."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from guide import paths
from guide.environments import Environment
from guide.errors import AppFailed
from guide.growth.generator import NoGenerator, generate, source
from guide.growth.plan import ROUTES_OF_A_RESOURCE, Package, Resource, plan
from guide.interpreter import newest
from guide.manifest import known, load_app
from guide.measure import growth
from guide.measure.growth import measure_growth
from guide.processes import HOST, Place, Server, free_port
from tests.conftest import MakeApp

# What stands once for each route, or for each resource, in the source of a package.
MARKS = {
    "flask": (r"^    def (?:get|post)\(self", ROUTES_OF_A_RESOURCE),
    "drf": (r"^router\.register\(", 1),
    "fastapi": (r"^@router\.(?:get|post)\(", ROUTES_OF_A_RESOURCE),
    "pyramid": (r"^    @view_config\(request_method=", ROUTES_OF_A_RESOURCE),
    "restive": (r"^@router\.(?:get|post)\(", ROUTES_OF_A_RESOURCE),
}
KEYS = {"startup_seconds", "startup_cpu_seconds", "first_request_ms"}
KEYS |= {"first_route_us", "last_route_us", "memory_mb"}


def flask_environment() -> Environment:
    """Return the bookshop's own environment, which `make test` needs anyway, made if need be."""
    root = paths.REPOSITORY / ".guide" / "envs"
    environment = replace(load_app("flask").environment(newest()), root=root)
    environment.ensure(print)
    return environment


def test_plan_has_all_routes_and_unlike_neighbours() -> None:
    packages = plan(300, 20)
    resources = [each for package in packages for each in package.resources]
    assert len(packages) == 20
    assert len(resources) * ROUTES_OF_A_RESOURCE == 300
    assert len({each.name for each in resources}) == len(resources)
    assert {len(each.fields) for each in resources} == {4, 5, 6}
    assert all(before.fields != after.fields for before, after in pairwise(resources))


@pytest.mark.parametrize(("routes", "packages"), [(300, 7), (100, 20), (0, 1)])
def test_plan_that_does_not_come_out_even(routes: int, packages: int) -> None:
    with pytest.raises(ValueError, match="cannot be spread evenly"):
        plan(routes, packages)


def test_every_framework_of_the_guide_has_a_generator() -> None:
    assert set(MARKS) == set(known())


@pytest.mark.parametrize("key", MARKS)
def test_generated_source_has_all_routes_and_compiles(key: str) -> None:
    files = source(key, plan(300, 20))
    pattern, each = MARKS[key]
    of_packages = [text for name, text in files.items() if re.search(r"pkg\d\d/", name)]
    marks = sum(len(re.findall(pattern, text, re.MULTILINE)) for text in of_packages)
    assert marks == 300 // ROUTES_OF_A_RESOURCE * each
    folders = {match[0] for name in files if (match := re.search(r"pkg\d\d", name))}
    assert len(folders) == 20
    for name, text in files.items():
        if name.endswith(".py"):
            compile(text, name, "exec")
        assert max(map(len, text.splitlines()), default=0) <= 100, name
        assert "$" not in text.replace("$ref", ""), f"{name}: a placeholder was left"


@pytest.mark.parametrize("key", MARKS)
def test_generated_source_has_every_field(key: str) -> None:
    packages = plan(30, 2)
    files = source(key, packages)
    for package in packages:
        text = "".join(text for name, text in files.items() if f"{package.name}/" in name)
        for resource in package.resources:
            assert re.search(rf"\b{resource.name.upper()} = Store\(", text)
            assert all(field.name in text for field in resource.fields)


def test_pyramid_document_has_all_operations() -> None:
    packages = plan(300, 20)
    document = yaml.safe_load(source("pyramid", packages)["bookshop/openapi.yaml"])
    operations = [each for path in document["paths"].values() for each in path]
    assert len(operations) == 301  # and /health
    last = packages[-1].resources[-1]
    schema = document["components"]["schemas"][f"{last.name.title()}New"]
    assert schema["required"] == [field.name for field in last.fields] == list(schema["properties"])


def test_generated_app_is_served_by_the_command_of_the_bookshop(tmp_path: Path) -> None:
    assert generate("flask", tmp_path, 30, 2) == load_app("flask").serve
    assert (tmp_path / "bookshop" / "pkg02" / "schemas.py").exists()


def test_framework_without_a_generator(tmp_path: Path) -> None:
    with pytest.raises(NoGenerator, match=r"bottle: there is no guide/growth/bottle\.py"):
        generate("bottle", tmp_path)


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
    connection = HTTPConnection(HOST, port, timeout=10)
    content = None if body is None else json.dumps(body)
    connection.request(method, path, content, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    found: dict[str, object] = json.loads(answer.read())
    connection.close()
    return answer.status, found


def last_of(packages: Sequence[Package]) -> tuple[str, Resource]:
    package = packages[-1]
    return package.path(package.resources[-1]), package.resources[-1]


def test_last_route_answers_and_refuses(tmp_path: Path) -> None:
    serve = generate("flask", tmp_path / "app", 30, 2)
    app = replace(load_app("flask"), folder=tmp_path / "app", serve=serve)
    place = Place.make(tmp_path / "run", "sqlite://")
    path, resource = last_of(plan(30, 2))
    example = resource.example
    first = resource.fields[0].name
    with Server(app, flask_environment(), place, free_port()) as server:
        assert ask(server.port, "GET", f"{path}/1") == (200, {"id": 1, **example})
        status, created = ask(server.port, "POST", path, example)
        assert (status, created) == (201, {"id": 2, **example})
        for bad in ({**example, first: None}, {each: 1 for each in example if each != first}):
            status, _ = ask(server.port, "POST", path, bad)
            assert 400 <= status < 500
        assert ask(server.port, "GET", f"{path}/99")[0] == 404
        status, document = ask(server.port, "GET", "/openapi.json")
        assert status == 200
        assert f"{path}/{{id}}" in str(document["paths"])


def test_measured_growth_has_the_keys_of_the_results(tmp_path: Path) -> None:
    found = measure_growth(
        load_app("flask"), flask_environment(), tmp_path / "g", 30, 2, 1, rounds=2, requests=20
    )
    assert set(found) == {"routes", "packages", *KEYS}
    assert (found["routes"], found["packages"]) == (30, 2)
    assert all(isinstance(found[key], float) and found[key] > 0 for key in KEYS)  # type: ignore[operator]


def test_wrong_answers_are_not_measured(
    tmp_path: Path, apps: Path, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_app("tiny")
    app = load_app("tiny", apps)
    environment = app.environment(newest())
    environment.ensure(print)

    def write(_key: str, folder: Path, _packages: Sequence[Package]) -> None:
        folder.mkdir(parents=True)
        (folder / "server.py").write_text((app.folder / "server.py").read_text())

    monkeypatch.setattr(growth, "write", write)
    with pytest.raises(AppFailed, match=r"tiny: a read .* was answered \{404: 10"):
        measure_growth(app, environment, tmp_path / "g", 30, 2)
