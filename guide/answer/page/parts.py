"""The parts of the report beside the seven factors: summary, checks, code, claims, the method."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from guide.answer import recorded
from guide.answer.choice import choose
from guide.answer.choose import verdict
from guide.answer.claims import VERDICTS, Ruling
from guide.answer.page.blocks import (
    Block,
    Code,
    Folded,
    Items,
    Questions,
    Section,
    Table,
    Tabs,
    Text,
    Verdict,
)
from guide.answer.page.figures import ALIKE, MISSING, leading, missing, names
from guide.answer.sheet import Results, Sheet, share
from guide.suite.check import GROUPS, TITLES

MARKS = {"passed": "passes", "gap": "gap", "failed": "FAILED", "gap met": "GAP MET"}
NOT_RUN = "not run"
_READERS = ["Reader", "Answer", "Points"]


def summary(results: Results, sheet: Sheet, rulings: Sequence[Ruling]) -> Section:
    """Return what to take from the report: who leads in what, and what readers are told."""
    counted = Counter(ruling.claim.verdict for ruling in rulings)
    told = ", ".join(f"{verdict}: {counted[verdict]}" for verdict in VERDICTS)
    problems = [
        (str(each.get("name", key)), "; ".join(f"{part}: {why}" for part, why in found.items()))
        for key, each in results["frameworks"].items()
        if (found := each.get("problems"))
    ]
    standings, one_always_leads = _standings(sheet)
    blocks: list[Block] = [
        Text(
            "The numbers do not choose for you: they say what each choice costs. "
            + ("" if one_always_leads else "No framework leads in everything. ")
            + f"Values within {100 * ALIKE:.0f} % of the best count as level with it."
        ),
        Table(
            "Where each stands", ["", "Leads, or is level with the leader", "Last alone"], standings
        ),
        Table(f"What {len(sheet.profiles)} readers are told", _READERS, _profiles(sheet)),
        Text("The questions and every number behind a ranking are in the next part.", quiet=True),
    ]
    if rulings:
        blocks.append(Text(f"Of {len(rulings)} claims of the guide that this began as: {told}."))
    if problems:
        blocks += [Text("What could not be measured in this run:"), Items(problems)]
    return Section("summary", "What to take from it", blocks)


def _standings(sheet: Sheet) -> tuple[list[list[str]], bool]:
    """Return where each framework leads and is last, and whether one of them always leads."""
    first: dict[str, list[str]] = {key: [] for key in sheet.names}
    last: dict[str, list[str]] = {key: [] for key in sheet.names}
    differing = 0
    for criterion in sheet.criteria.values():
        keys = list(criterion.metrics)
        values = [criterion.metrics[key].value for key in keys]
        if criterion.rule in ("present", "absent") or len(keys) < len(sheet.names):
            continue
        better, worse = ("low", "high") if criterion.rule == "cost" else ("high", "low")
        leaders, behind = leading(values, better), leading(values, worse)
        differing += bool(leaders)
        for at in leaders:
            first[keys[at]].append(criterion.short)
        if len(behind) == 1:
            last[keys[behind[0]]].append(criterion.short)
    rows = [
        [name, ", ".join(first[key]) or "nothing", ", ".join(last[key]) or "nothing"]
        for key, name in sheet.names.items()
    ]
    return rows, any(len(found) == differing for found in first.values())


def _profiles(sheet: Sheet) -> list[list[str]]:
    rows = []
    for profile in sheet.profiles:
        choice = choose(sheet, profile.answers)
        points = ", ".join(f"{sheet.names[key]} {mark:.1f}" for key, mark in choice.ranking)
        told = points if len(choice.ranking) > 1 else ""  # alone, it is compared with nobody
        rows.append([profile.title, verdict(sheet, choice), told])
    return rows


def checks(results: Results) -> Section:
    """Return the checks by group, and each gap with its reason."""
    keys = [key for key in results["frameworks"] if results["frameworks"][key].get("checks")]
    sums = [_sums(results, group, keys) for group in GROUPS]
    columns = ["", *(names(results)[key] for key in keys)]
    groups: list[Block] = [
        Folded(TITLES[group], [_group(results, group, keys, columns), *_gaps(results, group, keys)])
        for group in GROUPS
        if keys and any(told["group"] == group for told in results.get("checks", {}).values())
    ]
    passed = (
        Table("Checks passed", columns, [row for row in sums if row])
        if keys
        else Text("The suite was not run for these results.", quiet=True)
    )
    return Section(
        "checks",
        "The checks",
        [
            Text(
                "One suite that knows no framework asks each app over real HTTP. A gap is what an "
                "app declares not to do: whose it is, why, and what it would take. The contract "
                "has no gaps, since it is each author's own work."
            ),
            passed,
            *missing(results, "checks"),
            *groups,
            _headers(results),
            *missing(results, "headers"),
        ],
    )


def _headers(results: Results) -> Table:
    """Return the security headers that answers carry, unasked or by a documented setting."""
    found = [each.get("headers") for each in results["frameworks"].values()]
    paths = dict.fromkeys(path for each in found if each for path in each)
    rows = [
        [path, *(", ".join(each.get(path, [])) or "none" if each else MISSING for each in found)]
        for path in paths
    ]
    return Table("Security headers of answers", ["", *names(results).values()], rows)


def _sums(results: Results, group: str, keys: Sequence[str]) -> list[str]:
    told = [share(results["frameworks"][key]["checks"], f"{group}.") for key in keys]
    if not any(judged for _, judged in told):
        return []
    return [TITLES[group], *(f"{passed} of {judged}" for passed, judged in told)]


def _group(results: Results, group: str, keys: Sequence[str], columns: Sequence[str]) -> Table:
    rows = []
    for check, told in results["checks"].items():
        if told["group"] == group:
            found = [results["frameworks"][key]["checks"].get(check, {}) for key in keys]
            marks = [MARKS.get(each.get("verdict", ""), NOT_RUN) for each in found]
            rows.append([f"{told['title']} ({told['rule']})", *marks])
    return Table(TITLES[group], columns, rows, marks=True)


def _gaps(results: Results, group: str, keys: Sequence[str]) -> list[Block]:
    rows = []
    for key in keys:
        for check, found in results["frameworks"][key]["checks"].items():
            if check.startswith(f"{group}.") and found["verdict"] != "passed":
                told = [found.get(part, "") for part in ("owner", "reason", "takes")]
                title = results["checks"].get(check, {}).get("title", check)
                rows.append([title, names(results)[key], *told, found.get("found", "")])
    if not rows:
        return [Text("No gap in this group.", quiet=True)]
    columns = ["Check", "Of", "Whose", "Why", "What it would take", "Seen"]
    return [Table("Gaps and their reasons", columns, rows)]


def code(results: Results) -> Section:
    """Return the source of the same endpoints, and of the smallest apps, side by side."""
    frameworks: Mapping[str, Mapping[str, Any]] = results["frameworks"]
    titles = dict.fromkeys(title for each in frameworks.values() for title in each.get("code", {}))
    blocks: list[Block] = [
        Tabs(
            title,
            [
                (
                    names(results)[key],
                    [
                        Code(piece["file"], piece["source"], piece["file"].endswith(".py"))
                        for piece in each["code"][title]
                    ],
                )
                for key, each in frameworks.items()
                if each.get("code", {}).get(title)
            ],
        )
        for title in titles
    ]
    least = [
        (
            names(results)[key],
            [
                Code(piece["file"], piece["source"], python=True)
                for piece in each["first"]["source"]
            ],
        )
        for key, each in frameworks.items()
        if each.get("first", {}).get("source")
    ]
    return Section(
        "code",
        "The same endpoint in each",
        [
            Text("Cut from the apps that were measured, as their authors wrote them."),
            *blocks,
            *([Tabs("The smallest app", least)] if least else []),
            *missing(results, "code"),
        ],
    )


def bad_request(results: Results) -> Section:
    """Return what each app answers to the same bad request."""
    frameworks: Mapping[str, Mapping[str, Any]] = results["frameworks"]
    found = {
        key: each["bad_request"] for key, each in frameworks.items() if each.get("bad_request")
    }
    asked = next((each["request"] for each in found.values()), "")
    panels: list[tuple[str, list[Block]]] = [
        (
            names(results)[key],
            [Code(f"{each['status']} {each['type']}", _indented(str(each["body"])))],
        )
        for key, each in found.items()
    ]
    return Section(
        "bad-request",
        "The same bad request, answered by each",
        [
            Text("The contract asks for a refusal that names each field; its form is left free."),
            *([Code("The request", _request(asked))] if found else []),
            *([Tabs("Their answers", panels)] if found else []),
            *missing(results, "bad_request"),
        ],
    )


def _request(asked: Any) -> str:
    if not isinstance(asked, Mapping):
        return str(asked)
    body = json.dumps(asked.get("body"), indent=2, ensure_ascii=False)
    return f"{asked.get('method', '')} {asked.get('path', '')}\n\n{body}"


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body  # whatever it is, it is what the app sent


def claims(rulings: Sequence[Ruling], named: Mapping[str, str]) -> Section:
    """Return every claim with its verdict, what the verdict stands on, and its caveat."""
    blocks: list[Block | Section] = [
        Text(
            "The guide that this one began as, sentence by sentence. “Holds” and “no longer” stand "
            "on what was found; “depends” says on what; what cannot be measured is not ruled on."
        )
    ]
    for subject in dict.fromkeys(ruling.claim.subject for ruling in rulings):
        told = [_verdict(each) for each in rulings if each.claim.subject == subject]
        title = named.get(subject, "Which for what" if subject == "all" else subject)
        blocks.append(Section(f"claims-{subject}", title, told))
    if not rulings:
        blocks.append(Text("No claim was judged.", quiet=True))
    return Section("claims", "Every claim and its verdict", blocks)


def _verdict(ruling: Ruling) -> Verdict:
    claim = ruling.claim
    return Verdict(claim.quote, claim.verdict, not ruling.supported, ruling.findings, claim.caveat)


def questions(sheet: Sheet) -> Section:
    """Return the questions."""
    return Section(
        "choose",
        "Which framework for me?",
        [
            Text(
                "Seven questions. Each answer weighs some of the numbers of this report; what you "
                "leave open counts nothing. The same in a terminal: python -m guide choose."
            ),
            Questions(sheet),
            Folded("What each answer weighs", [_weights(sheet)]),
            Folded("How a number becomes points", _rules(sheet)),
        ],
    )


def _weights(sheet: Sheet) -> Table:
    rows = []
    for question in sheet.questions.values():
        for answer in question.answers.values():
            weights = answer.weights.items()
            told = "; ".join(
                f"{weight} times {sheet.criteria[key].title}" for key, weight in weights
            )
            must = sheet.criteria[answer.requires].title if answer.requires else ""
            rows.append([question.asks, answer.title, told or "nothing", must])
    return Table("Weights", ["Question", "Answer", "Weighs", "Requires"], rows)


def _rules(sheet: Sheet) -> list[Block]:
    rows = [
        [
            each.title,
            each.rule,
            ", ".join(sheet.names[key] for key in sheet.names if key not in each.metrics),
        ]
        for each in sheet.criteria.values()
    ]
    return [
        Items(list(sheet.rules.items())),
        Text(
            "A ranking is the sum of weight times points, of the most that can be had. A criterion "
            "that one framework has no value for counts for nobody. The first is clearly best when "
            "its lead is more than the margin: what the measurements' spread may change (half of "
            "each width, by its weight, added as squares), and what changes when the criterion "
            "that parts the first two most weighs half as much."
        ),
        Table("Criteria", ["Criterion", "Rule", "Missing for"], rows),
    ]


def method(results: Results) -> Section:
    """Return how it was measured, with what, and what to beware of."""
    frameworks = results["frameworks"]
    rows = [
        [
            str(each.get("name", key)),
            ", ".join(f"{name} {version}" for name, version in each.get("versions", {}).items()),
            str(each.get("deployment", "")),
        ]
        for key, each in frameworks.items()
    ]
    operations = [
        [told["title"], told.get("request", ""), f"{told['share']} %"]
        for told in results["operations"].values()
    ]
    minutes = f"{results.get('seconds', 0) / 60:.0f} minutes"
    return Section(
        "method",
        "How it was measured",
        [
            Text(f"Measured {recorded.origin(results)}, in {minutes} besides installing."),
            Table("Versions and servers", ["", "Versions", "Command"], rows),
            Table("The requests", ["", "Request", "Share of the mix"], operations),
            Items(_CAVEATS),
        ],
    )


_CAVEATS = [
    (
        "One machine",
        "Times are of this machine and these versions. Ratios travel better than times, and none "
        "of them travels to another database, network or payload unseen.",
    ),
    (
        "Whole apps",
        "What is measured is an app with its add-ons and its server, as documented: not a "
        "framework alone. Another ORM or server would change more than another framework may.",
    ),
    (
        "CPU, not waiting",
        "CPU per request says what machines cost. An app that mostly waits for others is "
        "bound by how many requests it can hold open, which only “async” in the facts speaks of.",
    ),
    (
        "One author's hand",
        "Lines and concepts depend on who writes. Each app is open to correction by those who know "
        "its framework best.",
    ),
    (
        "Rubrics count",
        "A point says that something is there, not that it is good, and not that you need it.",
    ),
]
