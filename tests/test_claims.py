"""The guide's claims: all are there, and a verdict that its evidence does not support is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guide.answer import recorded
from guide.answer.claims import FACTORS, SUBJECTS, Ruling, judge, load_claims, main
from guide.answer.facts import load_facts
from guide.errors import ClaimsError

# Each statement of the original guide. One that is added or dropped has to be so here, too.
IDS = {
    "flask": "easy boilerplate flexible extensions setup less",
    "drf": "robust features documentation authentication permissions browsable serialization "
    "steeper overkill",
    "fastapi": "fast docs validation async learn use newer community extensions",
    "pyramid": "flexible adaptable small scale documentation community opinions fatigue",
    "size": "small services large",
    "performance": "fastapi",
    "learning": "beginners",
    "community": "larger",
    "scalability": "all tools",
    "documentation": "builtin",
    "database": "drf",
    "end": "no-winner consider prototype",
}
FACTS = load_facts()
CPU = {"flask": 1500.0, "drf": 2000.0, "fastapi": 1000.0, "pyramid": 1300.0}
Edit = Callable[[dict[str, Any]], Any]


def document() -> dict[str, Any]:
    """Results of invented numbers."""
    frameworks = {
        key: {
            "problems": {},
            "speed": {"mix": {"cpu_us": cpu}},
            "lines": {"app": cpu / 2, "spec": 10, "tests": 900},
            "first": {"concepts": ["route"] * int(cpu / 100)},
            "openapi": {"valid": True},
            "checks": {
                "http.head": {"verdict": "gap" if key == "fastapi" else "passed"},
                "http.date": {"verdict": "passed"},
                "httpish.no": {"verdict": "passed"},
            },
        }
        for key, cpu in CPU.items()
    }
    return {
        "date": "2026-11-22",
        "python": "3.13.0",
        "machine": {},
        "operations": {},
        "frameworks": frameworks,
    }


def write(path: Path, evidence: str, verdict: str = "holds", rest: str = "") -> Path:
    path.write_text(
        '[[claims]]\nid = "one"\nquote = "very fast"\nsubject = "fastapi"\n'
        'factor = "performance"\n'
        f'verdict = "{verdict}"\n{rest}\nevidence = [{evidence}]\n'
    )
    return path


@pytest.fixture
def rule(tmp_path: Path) -> Callable[..., Ruling]:
    """Judge one claim, by the invented results as `edit` leaves them."""

    def ruling(
        evidence: str, verdict: str = "holds", edit: Edit | None = None, rest: str = ""
    ) -> Ruling:
        results = document()
        if edit:
            edit(results["frameworks"])
        (claim,) = load_claims(FACTS, write(tmp_path / "claims.toml", evidence, verdict, rest))
        return judge(claim, results, FACTS)

    return ruling


def set_cpu(framework: str, cpu: float) -> Edit:
    def edit(frameworks: dict[str, Any]) -> None:
        frameworks[framework]["speed"]["mix"]["cpu_us"] = cpu

    return edit


MIX = 'metric = "speed.mix.cpu_us", what = "µs of CPU"'
LOWEST = f'{{ {MIX}, of = "fastapi", is = "lowest", margin = 0.2 }}'
HIGHEST = f'{{ {MIX}, of = "pyramid", is = "highest" }}'


# The guide's own claims


def test_every_statement_of_the_guide_is_there() -> None:
    wanted = {f"{first}-{last}" for first, names in IDS.items() for last in names.split()}

    claims = load_claims(FACTS)

    assert {claim.id for claim in claims} == wanted
    assert {claim.subject for claim in claims} == set(SUBJECTS)
    assert {claim.factor for claim in claims} == set(FACTORS)


def test_what_rests_on_facts_alone_is_supported() -> None:
    nothing: dict[str, Any] = {"frameworks": {}}
    rulings = [judge(claim, nothing, FACTS) for claim in load_claims(FACTS)]
    by_facts = [each for each in rulings if "was not measured" not in " ".join(each.findings)]

    assert len(by_facts) > 15
    assert [each.document() for each in by_facts if not each.supported] == []


def test_every_verdict_follows_from_the_newest_results() -> None:
    results = recorded.load(recorded.newest())

    rulings = [judge(claim, results, FACTS) for claim in load_claims(FACTS)]

    assert [(each.claim.id, each.findings) for each in rulings if not each.supported] == []


# Evidence that does not support its verdict any more


@pytest.mark.parametrize(
    ("evidence", "edit"),
    [
        (LOWEST, set_cpu("flask", 1100)),
        (f'{{ {MIX}, of = "drf", is = "highest" }}', set_cpu("flask", 2001)),
        (
            f'{{ {MIX}, of = ["fastapi", "pyramid"], is = "lowest" }}',
            set_cpu("pyramid", 1501),
        ),
        (f'{{ {MIX}, of = "drf", over = "fastapi", at_least = 1.5 }}', set_cpu("drf", 1400)),
        (f'{{ {MIX}, of = "all", at_most = 2500 }}', set_cpu("pyramid", 2501)),
        (
            '{ metric = "first.concepts", what = "concepts", of = "fastapi", at_most = 10 }',
            lambda frameworks: frameworks["fastapi"]["first"]["concepts"].append("one more"),
        ),
        (
            '{ metric = "openapi.valid", what = "valid", of = "all", equals = true }',
            lambda frameworks: frameworks["drf"]["openapi"].update(valid=False),
        ),
        (
            '{ metric = "checks.http.head.verdict", what = "HEAD", of = "drf", equals = "passed" }',
            lambda frameworks: frameworks["drf"]["checks"]["http.head"].update(verdict="gap"),
        ),
        (
            '{ metric = "checks", passed = "http", what = "http", of = "drf", at_least = 2 }',
            lambda frameworks: frameworks["drf"]["checks"]["http.date"].update(verdict="failed"),
        ),
        (
            '{ metric = "lines", add = ["app", "spec", "config"], what = "lines", of = "fastapi", '
            "at_most = 510 }",
            lambda frameworks: frameworks["fastapi"]["lines"].update(config=1),
        ),
        (
            f'{{ no_winner = [{{ {MIX}, is = "lowest" }}, {{ fact = "tools", is = "highest" }}] }}',
            set_cpu("pyramid", 900),
        ),
    ],
    ids=lambda case: "edit" if callable(case) else None,
)
def test_a_verdict_falls_with_its_evidence(
    rule: Callable[..., Ruling], evidence: str, edit: Edit
) -> None:
    assert rule(evidence).supported

    fallen = rule(evidence, edit=edit)

    assert not fallen.supported
    assert "needs every assertion true" in fallen.findings[-1]


def test_a_fact_that_changed_fells_its_claim(rule: Callable[..., Ruling]) -> None:
    assert rule('{ fact = "builtin.orm", of = "drf", equals = true }').supported
    assert rule('{ fact = "dependents", of = "pyramid", is = "lowest" }').supported
    assert not rule('{ fact = "builtin.orm", of = "flask", equals = true }').supported


def test_no_longer_needs_what_contradicts_the_claim(rule: Callable[..., Ruling]) -> None:
    assert rule(LOWEST, "no longer").supported
    assert not rule(LOWEST, "no longer", set_cpu("fastapi", 3000)).supported


def test_depends_needs_something_true_and_something_false(rule: Callable[..., Ruling]) -> None:
    both = f"{LOWEST}, {HIGHEST}"

    assert rule(both, "depends").supported
    assert not rule(both, "depends", set_cpu("pyramid", 3000)).supported  # both true
    assert not rule(both, "depends", set_cpu("fastapi", 3000)).supported  # both false


def test_a_missing_value_supports_nothing_and_its_reason_is_told(
    rule: Callable[..., Ruling],
) -> None:
    def fail(frameworks: dict[str, Any]) -> None:
        del frameworks["drf"]["speed"]
        frameworks["drf"]["problems"]["speed"] = "the app died"

    for verdict, evidence in (("holds", LOWEST), ("depends", f"{LOWEST}, {HIGHEST}")):
        ruling = rule(evidence, verdict, fail)
        assert not ruling.supported
        assert ruling.findings[0] == "µs of CPU: drf has none: the app died"
    assert "no number" in rule('{ fact = "stage", of = "drf", at_least = 1 }').findings[0]
    assert "was not measured" in rule(LOWEST, edit=lambda all_: all_.pop("drf")).findings[0]


def test_findings_have_the_numbers_and_the_circumstance(rule: Callable[..., Ruling]) -> None:
    ruling = rule(LOWEST.replace(" }", ', when = "all mixed" }'))

    assert ruling.findings == [
        "all mixed: µs of CPU: flask 1,500, drf 2,000, fastapi 1,000, pyramid 1,300; "
        "fastapi lowest by 20% at least: yes"
    ]


def test_what_cannot_be_measured_says_why(rule: Callable[..., Ruling]) -> None:
    page = '{ source = "docs", date = "2026-02-18", says = "so they say" }'

    ruling = rule(page, "cannot be measured", rest='reason = "Taste."')

    assert ruling.supported
    assert ruling.findings == ["so they say (docs, 2026-02-18)", "Taste."]


# Claims that cannot be used


@pytest.mark.parametrize(
    ("evidence", "verdict", "rest", "said"),
    [
        ("", "holds", "", "evidence is missing"),
        ("", "cannot be measured", "", "needs a reason"),
        (LOWEST, "cannot be measured", 'reason = "x"', "cannot rest on a metric"),
        (LOWEST, "holds", 'reason = "x"', "write a caveat"),
        (LOWEST, "perhaps", "", "verdict 'perhaps' is none of"),
        (LOWEST, "depends", "", "needs two assertions"),
        ('{ source = "a", date = "2026-01-01", says = "b" }', "no longer", "", "contradicts it"),
        ('{ source = "a", date = "lately", says = "b" }', "holds", "", "no date"),
        ('{ source = "a", says = "b" }', "holds", "", "exactly source, date and says"),
        (LOWEST.replace("speed.", "sped."), "holds", "", "results have no 'sped'"),
        (LOWEST.replace(', what = "µs of CPU"', ""), "holds", "", "needs `what`"),
        (LOWEST.replace('"fastapi"', '"fastpi"'), "holds", "", "unknown framework 'fastpi'"),
        (LOWEST.replace('"lowest"', '"best"'), "holds", "", "lowest or highest"),
        (LOWEST.replace("margin", "margn"), "holds", "", "'margn' is no part"),
        (LOWEST.replace(" }", ", at_most = 1 }"), "holds", "", "exactly one of"),
        ('{ fact = "fame", of = "drf", at_least = 1 }', "holds", "", "no fact 'fame'"),
        ('{ of = "drf", at_least = 1 }', "holds", "", "a metric or a fact"),
        ('{ no_winner = [{ fact = "tools", at_least = 1 }] }', "holds", "", "needs `is`"),
        (f'{{ {MIX}, of = "drf", at_most = "2" }}', "holds", "", "need a number"),
        ('"slow"', "holds", "", "is no table"),
        (LOWEST, "holds", 'colour = "red"', "'colour' is no part of a claim"),
    ],
)
def test_a_claim_that_cannot_be_used_is_refused(
    tmp_path: Path, evidence: str, verdict: str, rest: str, said: str
) -> None:
    with pytest.raises(ClaimsError, match=r"claims\.toml: one: ") as refused:
        load_claims(FACTS, write(tmp_path / "claims.toml", evidence, verdict, rest))

    assert said in str(refused.value)


def test_two_claims_of_one_id_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "claims.toml", LOWEST)
    path.write_text(path.read_text() * 2)

    with pytest.raises(ClaimsError, match="'one' is there twice"):
        load_claims(FACTS, path)


# The command


def test_the_command_tells_each_claim_and_which_are_not_supported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(document()))

    assert main([str(path)]) == 1
    told = capsys.readouterr().out
    assert "fastapi-community (fastapi, community): “a smaller community”\n    no longer\n" in told
    assert "    holds   NOT SUPPORTED" in told
    assert "45 claims, " in told.splitlines()[-1]

    assert main([str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
