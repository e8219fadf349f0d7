"""The report of invented results: complete, escaped, well formed, and in need of nobody else."""

import base64
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from guide.answer.claims import Claim, Ruling
from guide.answer.page import write_report
from guide.answer.page.highlight import highlighted
from guide.answer.page.html import h
from guide.answer.page.markdown import m
from tests.results_fixture import results

EVIL = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;</style>]]><!-- \x00\x1b\ud800"
)
VOID = {"meta", "link", "input", "br", "img", "hr"}
SECTIONS = (
    "summary", "choose", "factors", "size", "performance", "learning", "community", "scalability",
    "documentation", "database", "checks", "code", "bad-request", "claims", "method",
)  # fmt: skip


def ruling(number: int, verdict: str = "holds", supported: bool = True) -> Ruling:
    claim = Claim(
        id=f"claim-{number}",
        quote=f"Quote number {number} of the guide",
        subject=("flask", "fastapi", "all")[number % 3],
        factor="size",
        verdict=verdict,
        assertions=[],
        pages=[],
        caveat=f"Caveat number {number}",
        reason="",
    )
    return Ruling(claim, supported, [f"Finding number {number}"])


RULINGS = [
    ruling(1),
    ruling(2, "no longer"),
    ruling(3, "depends"),
    ruling(4, "cannot be measured"),
    ruling(5, supported=False),
]


def rendered(folder: Path, found: dict[str, Any], rulings: list[Ruling] = RULINGS) -> str:
    paths = write_report(found, rulings, folder)
    assert {path.name for path in paths} == {"index.html", "report.md"}
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def page(tmp_path: Path) -> str:
    return rendered(tmp_path, results())


class Reader(HTMLParser):
    """Checks that elements are closed in order, and keeps tags, ids and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def hostile(value: Any) -> Any:
    """Return `value` with every text in it made hostile; keys and verdicts stay."""
    if isinstance(value, dict):
        return {
            key: each if key in ("verdict", "group") else hostile(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [hostile(each) for each in value]
    return EVIL + value if isinstance(value, str) else value


def test_it_is_well_formed_and_every_link_leads_somewhere(page: str) -> None:
    reader = read(page)
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in reader.tags:
        if tag == "a":
            assert str(attributes["href"]).removeprefix("#") in ids
        for name in ("aria-labelledby", "aria-controls"):
            assert attributes.get(name, ids[0]) in ids


def test_all_sections_are_there_in_both(tmp_path: Path, page: str) -> None:
    reader = read(page)
    ids = [attributes.get("id") for tag, attributes in reader.tags if tag == "section"]
    assert [key for key in ids if key in SECTIONS] == list(SECTIONS)
    titles = re.findall(r"<h[2-4] id=[^>]*>([^<]*)<", page)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    for title in titles:
        assert m(title.replace("&#x27;", "'")) in text


def test_headings_do_not_leave_out_a_level(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in read(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    for _, attributes in read(page).tags:
        for name in ("src", "srcset", "action", "data", "poster", "xlink:href"):
            assert name not in attributes
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    links = [attributes for tag, attributes in read(page).tags if tag == "link"]
    assert links == [{"rel": "icon", "href": "data:,"}]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", page)


def test_the_policy_names_just_this_style_and_this_script(page: str) -> None:
    policy = next(
        str(attributes["content"])
        for tag, attributes in read(page).tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        bodies = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(bodies) == 1
        digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    found = hostile(results())
    evil = ruling(7)
    evil = Ruling(
        Claim(**{**vars(evil.claim), "quote": EVIL, "caveat": EVIL}), True, [EVIL + " finding"]
    )
    page = rendered(tmp_path, found, [evil])
    reader = read(page)
    tags = [tag for tag, _ in reader.tags]
    assert "img" not in tags
    assert tags.count("script") == 2
    assert tags.count("style") == 1
    assert "alert(1)" in "".join(reader.text)
    assert "\x00" not in page
    assert "\x1b" not in page
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    outside = re.sub(r"^(`{3,}).*?^\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside.replace("\\<script", "")


def test_escaping_is_for_attributes_too() -> None:
    assert h("<a href='x' title=\"&\">") == "&lt;a href=&#x27;x&#x27; title=&quot;&amp;&quot;&gt;"
    assert m("# 1. `a` | <b> *c*\nd") == r"\# 1. \`a\` \| \<b\> \*c\* d"
    assert m("1. a") == r"\1. a"


def test_every_claim_is_shown_with_verdict_finding_and_caveat(tmp_path: Path, page: str) -> None:
    text = "".join(read(page).text)
    markdown = (tmp_path / "report.md").read_text(encoding="utf-8")
    for each in RULINGS:
        for told in (each.claim.quote, each.claim.caveat, each.claim.verdict, *each.findings):
            assert told in text
            assert told in markdown
    assert text.count("not supported by this run") == 1


def test_missing_metrics_are_told_as_missing_with_the_reason(tmp_path: Path) -> None:
    found = results()
    pyramid = found["frameworks"]["pyramid"]
    for part in ("speed", "latency", "growth", "statements", "checks", "bad_request", "code"):
        del pyramid[part]
        pyramid["problems"][part] = f"the {part} of a test broke"
    text = "".join(read(rendered(tmp_path, found)).text)
    assert "not measured" in text
    for part in ("speed", "latency", "growth", "statements", "checks", "bad_request", "code"):
        assert f"Pyramid: {part} is missing: the {part} of a test broke" in text


def test_a_framework_of_which_nothing_is_known_does_not_break_it(tmp_path: Path) -> None:
    found = results()
    found["frameworks"]["pyramid"] = {"name": "Pyramid", "problems": {"installing": "no network"}}
    text = "".join(read(rendered(tmp_path, found, [])).text)
    assert "installing: no network" in text
    assert "No claim was judged." in text


def test_results_without_the_suite_say_so(tmp_path: Path) -> None:
    found = results() | {"quick": True}
    for each in found["frameworks"].values():
        del each["checks"]
    text = "".join(read(rendered(tmp_path, found)).text)
    assert "The suite was not run for these results." in text
    assert "in few rounds" in text


def test_charts_stand_beside_tables_of_the_same_numbers(page: str) -> None:
    reader = read(page)
    charts = [attributes for tag, attributes in reader.tags if attributes.get("role") == "img"]
    assert len(charts) >= 9
    assert all(tag == "svg" for tag, each in reader.tags if each.get("role") == "img")
    assert all(each["aria-labelledby"] for each in charts)
    assert page.count("<table") >= 15
    assert page.count("<caption>") == page.count("<table")
    assert "1.67 (1.60" in page


def test_the_range_that_reaches_another_is_not_told_as_leading(tmp_path: Path) -> None:
    found = results()
    found["frameworks"]["flask"]["speed"]["read"]["ratio"] = {
        "median": 1.1,
        "low": 0.9,
        "high": 1.3,
    }
    page = rendered(tmp_path, found)
    rows = re.findall(r"<tr><th scope=\"row\">Read one book</th>.*?</tr>", page)
    assert "best" not in rows[0]
    rows = re.findall(r"<tr><th scope=\"row\">Order two books</th>.*?</tr>", page)
    assert "best" in rows[0]


def test_a_range_that_reaches_zero_is_told_and_not_drawn(tmp_path: Path) -> None:
    found = results()
    found["frameworks"]["flask"]["speed"]["mix"]["ratio"]["low"] = -0.4
    text = "".join(read(rendered(tmp_path, found)).text)
    assert "Left out, as their range reaches zero: Flask in “All six, mixed”." in text
    assert "1.67 (-0.40" in text


def test_the_data_for_the_script_is_the_sheet(page: str) -> None:
    body = re.search(r'<script type="application/json" id="choose-data">(.*?)</script>', page)
    assert body
    data = json.loads(body[1])
    assert len(data["questions"]) == 7
    assert data["criteria"]["speed"]["metrics"]["drf"]["value"] == pytest.approx(2100 / 900)
    assert data["spans"] == {"cost": 8.0, "reach": 100.0}


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{{a}} {b!r:>{c}} {{' # {",
        "def f(:",
        'a = """one\ntwo"""\n\x0cb = 1\u2028\n',
        "\x00",
        "é = 'ü'; if_ = None\n",
    ],
)
def test_any_source_is_shown_as_it_is(source: str) -> None:
    marked = highlighted(source, lambda text: text)
    assert re.sub("</?span[^>]*>", "", marked) == source


def test_the_source_is_marked_and_unchanged(page: str) -> None:
    assert '<span class="k">def</span> read(book):' in page
    assert "def read(book):  # flask\n    return 'one'" in "".join(read(page).text)
