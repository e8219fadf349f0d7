"""Runs what a Markdown page shows.

A page is read from top to bottom as somebody would type it:

    ```python     goes to the end of the current file. A first line such as `# main.py` begins
                  that file anew. Files may import each other; those named test_….py are run by
                  pytest at the page's end.
    ```pycon      is a session in the namespace of the current file, as doctest has it
    ```console    `$ curl …` is sent to the `app` of the current file, which is loaded anew when
                  it has changed; `$ restive …` is run where the files are. The output follows.

In what is shown, `...` stands for anything; JSON is compared as values, so that a page may break
its lines; with `curl -i` only the fields that are shown are compared. A block after
`<!-- not run: reason -->` is not run. Blocks of other languages never are.
"""

from __future__ import annotations

import doctest
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import types
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

from restive.testing import Client

REPOSITORY = Path(__file__).resolve().parents[2]
RUN = ("python", "pycon", "console")
ADDRESS = "http://127.0.0.1:8000"
SKIP = re.compile(r"<!-- not run: (\S.*) -->")
_FENCE = re.compile(r"( *)```(\w*)")
_FILE = re.compile(r"# (\w+\.py)\n")


class Block(NamedTuple):
    """One fenced block. line: of its first line. skipped: why it is not run, or None."""

    language: str
    text: str
    line: int
    skipped: str | None


def blocks(document: Path) -> Iterator[Block]:
    """The fenced blocks of a page. Raises AssertionError for one that never ends."""
    lines = document.read_text(encoding="utf-8").splitlines()
    before, at = "", 0
    while at < len(lines):
        begun = _FENCE.fullmatch(lines[at])
        if begun is None:
            before = lines[at] if lines[at].strip() else before
            at += 1
            continue
        indent, language = begun.groups()
        closing = f"{indent}```"
        assert closing in lines[at + 1 :], f"{document}:{at + 1}: the block does not end"
        end = lines.index(closing, at + 1)
        text = "".join(f"{line.removeprefix(indent)}\n" for line in lines[at + 1 : end])
        skip = SKIP.fullmatch(before.strip())
        yield Block(language, text, at + 2, skip[1] if skip else None)
        before, at = "", end + 1


def run(document: Path, folder: Path) -> None:
    """Run all blocks of a page; `folder` is where its files are written."""
    page = Page(document, folder)
    sys.path.insert(0, str(folder))
    try:
        for block in blocks(document):
            if block.language in RUN and block.skipped is None:
                page.run(block)
        page.end()
    finally:
        page.close()
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


class Page:
    """What has been typed so far: files, the module of the last, a client of its app."""

    def __init__(self, document: Path, folder: Path) -> None:
        self._document = document
        self._folder = folder
        self._files: dict[str, list[Block]] = {}
        self._name = "main.py"
        self._loaded: types.ModuleType | None = None
        self._client: Client | None = None

    def run(self, block: Block) -> None:
        getattr(self, f"_{block.language}")(block)

    def end(self) -> None:
        """Run the tests, and what was typed last where nothing was shown of it."""
        if any(name.startswith("test_") for name in self._files):
            self._words([sys.executable, "-m", "pytest", "-q"], 0)
        if self._files:
            app = getattr(self._module(), "app", None)
            if app is not None:
                app.build()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._loaded is not None:
            del sys.modules[self._loaded.__name__]
        self._client = self._loaded = None

    def _python(self, block: Block) -> None:
        named = _FILE.match(block.text)
        name = named[1] if named else self._name
        if named:
            self._files[name] = []
        self._files.setdefault(name, []).append(block)
        text = "\n\n".join(one.text for one in self._files[name])
        (self._folder / name).write_text(text, encoding="utf-8")
        if not name.startswith("test_"):
            self._name = name
            self.close()

    def _module(self) -> types.ModuleType:
        """The current file, run as a whole since it was changed, as `restive dev` does."""
        if self._loaded is None:
            name = self._name.removesuffix(".py")
            importlib.invalidate_caches()  # files were written since they were looked at
            assert name not in sys.modules, f"a page cannot have a file called {self._name}"
            self._loaded = module = types.ModuleType(name)
            sys.modules[name] = module  # where typing and msgspec look names up
            for block in self._files.get(self._name, []):
                # Tracebacks and build errors name the line of the page.
                source = "\n" * (block.line - 1) + block.text
                exec(compile(source, str(self._document), "exec"), module.__dict__)  # noqa: S102
        return self._loaded

    def _pycon(self, block: Block) -> None:
        namespace = self._module().__dict__
        parser = doctest.DocTestParser()
        test = parser.get_doctest(block.text, namespace, "page", str(self._document), block.line)
        said: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(test, out=said.append, clear_globs=False)
        assert not said, "".join(said)
        namespace.update(test.globs)

    def _console(self, block: Block) -> None:
        joined = block.text.replace("\\\n", " ")
        assert joined.startswith("$ "), f"{self._document}:{block.line}: no command"
        for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            words = shlex.split(command)
            if words[0] == "curl":
                compare_answer(self._curl(words[1:]), shown, words, command)
            else:
                assert words[0] == "restive", f"{command!r} is not run; say why in a comment"
                said = self._words([sys.executable, "-m", *words], None)
                compare_text(shown, said, command)

    def _words(self, words: list[str], status: int | None) -> str:
        path = os.pathsep.join([str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            words,
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert status is None or done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _curl(self, words: list[str]) -> httpx2.Response:
        if self._client is None:
            app = getattr(self._module(), "app", None)
            assert app is not None, f"{self._document}: there is no `app` to ask"
            client = Client(app, base_url=ADDRESS)
            self._client = client.__enter__()
        self._client.cookies.clear()
        return self._client.request(**curl_options(words))


def curl_options(words: list[str]) -> dict[str, Any]:
    """The arguments of `curl` as those of `Client.request`."""
    method, headers, content, url = None, {"accept": "*/*", "user-agent": "curl"}, None, None
    given = iter(words)
    for word in given:
        if word in ("-X", "--request"):
            method = next(given)
        elif word in ("-I", "--head"):
            method = "HEAD"
        elif word in ("-H", "--header"):
            name, _, value = next(given).partition(":")
            headers[name.lower()] = value.strip()
        elif word in ("-b", "--cookie"):
            headers["cookie"] = next(given)
        elif word == "--json":
            content = next(given)
            headers |= {"content-type": "application/json", "accept": "application/json"}
        elif word in ("-d", "--data", "--data-binary"):
            content = next(given)
            headers.setdefault("content-type", "application/x-www-form-urlencoded")
        else:
            assert word in ("-i", "-s", "-N", "-g") or url is None, f"curl {word} is not known here"
            url = url if word.startswith("-") else word
    assert url is not None, words
    assert url.startswith(f"{ADDRESS}/"), f"{url} is not below {ADDRESS}"
    method = method or ("GET" if content is None else "POST")
    return {"method": method, "url": url, "headers": headers, "content": content}


def compare_answer(answer: httpx2.Response, shown: str, words: list[str], command: str) -> None:
    """Compare an answer with what a page shows of it."""
    if {"-i", "-I"} & set(words):
        head, _, shown = shown.partition("\n\n")
        status, *fields = head.rstrip("\n").split("\n")
        got = f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}"
        assert status == got, f"{command}\n{answer.text}"
        for field in fields:
            name, _, value = field.partition(": ")
            compare_text(value, answer.headers.get(name, "(none)"), f"{command}\n{name}")
    with suppress(ValueError):
        want = json.loads(shown)
        assert alike(want, answer.json()), f"{command}\nshown:\n{shown}\ngot:\n{answer.text}"
        return
    compare_text(shown, answer.text, command)


def alike(want: Any, got: Any) -> bool:
    """Whether they are equal, where "..." stands for anything: a value, or other members."""
    if want == "...":
        return True
    if isinstance(want, dict) and isinstance(got, dict):
        named = want.keys() - {"..."}
        same = named <= got.keys() if "..." in want else named == got.keys()
        return same and all(alike(want[name], got[name]) for name in named)
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(alike, want, got))
    if isinstance(want, str) and isinstance(got, str) and "..." in want:
        return doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)
    return type(want) is type(got) and bool(want == got)


def compare_text(want: str, got: str, what: str) -> None:
    want, got = want.strip(), got.strip()
    same = doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)
    assert same, f"{what}\nshown:\n{want}\ngot:\n{got}"
