"""Virtual environments under `.guide/envs/`, made on first use and again when their pins change.

Only the standard library is imported here: the guide's own environment is made by it, too.
"""

import fcntl
import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from guide import paths
from guide.errors import EnvironmentFailed
from guide.interpreter import Interpreter

INSTALL_SECONDS = 600
_STAMP = ".complete"
_PROJECTS_STAMP = ".projects"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """A virtual environment for the packages that `requirements` pin.

    name: what it is for, unique; part of its folder's name.
    requirements: pip requirement files; their contents decide whether it is made anew.
    projects: folders with a pyproject.toml and a src/, whose packages are installed as a user's
        installation would have them, but from here; again when a file of theirs has changed.
        What they depend on has to be among `requirements`.
    """

    name: str
    interpreter: Interpreter
    requirements: Sequence[Path]
    root: Path = field(default_factory=lambda: paths.STATE / "envs")
    projects: Sequence[Path] = ()

    @property
    def folder(self) -> Path:
        short = "".join(self.interpreter.version.split(".")[:2])
        return self.root / f"{self.name}-py{short}"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def log(self) -> Path:
        return self.root / f"{self.name}.log"

    def command(self, words: Sequence[str]) -> list[str]:
        """Return `words` with the first one looked up among this environment's programs.

        Raises EnvironmentFailed when it is not there.
        """
        program = self.bin / words[0]
        if not program.exists():
            raise EnvironmentFailed(
                f"{self.name}: the environment has no program {words[0]!r}. Add the package that "
                f"installs it to {self._names()}."
            )
        return [str(program), *words[1:]]

    def ensure(self, say: Say) -> None:
        """Make the environment when it is missing, half made, or made of other pins or projects.

        say: receives one line before and one after an installation; nothing when there is none.
        Raises EnvironmentFailed with the installer's own reason.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFailed(
                f"{self.root} cannot be made ({error.strerror}). Name another folder by the "
                "environment variable GUIDE_STATE."
            ) from error
        with (self.root / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._stamp(_STAMP) != self._wanted():
                self._make(say)
            if self._stamp(_PROJECTS_STAMP) != (sources := self._sources()):
                self._install_projects(sources, say)

    def _make(self, say: Say) -> None:
        say(f"{self.name}: installing {self._names()} for {self.interpreter} ...")
        begun = time.monotonic()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.write_text("")
        self._run([str(self.interpreter.path), "-m", "venv", str(self.folder)])
        self._pip([word for path in self.requirements for word in ("-r", str(path))])
        # Last, so that an installation that was cut off is made again.
        (self.folder / _STAMP).write_text(self._wanted())
        say(f"{self.name}: installed in {time.monotonic() - begun:.0f} s")

    def _install_projects(self, sources: str, say: Say) -> None:
        names = " and ".join(map(str, self.projects))
        say(f"{self.name}: installing what is in {names} ...")
        begun = time.monotonic()
        # Their version stays the same while they are worked on.
        self._pip(["--no-deps", "--force-reinstall", *map(str, self.projects)])
        (self.folder / _PROJECTS_STAMP).write_text(sources)
        say(f"{self.name}: installed in {time.monotonic() - begun:.0f} s")

    def _pip(self, words: Sequence[str]) -> None:
        install = [str(self.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
        self._run([*install, *words])

    def _run(self, command: Sequence[str]) -> None:
        try:
            with self.log.open("a") as log:
                subprocess.run(command, stdout=log, stderr=log, check=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise EnvironmentFailed(
                f"{self.name}: installing took more than {INSTALL_SECONDS} s (log: {self.log})"
            ) from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise EnvironmentFailed(
                f"{self.name}: cannot be installed: {self._reason()} (log: {self.log})"
            ) from error

    def _reason(self) -> str:
        """Return the installer's last line that says what was wrong, or its last one."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        errors = [line for line in lines if line.lower().startswith("error")]
        return (errors or lines or ["no output"])[-1].strip()

    def _wanted(self) -> str:
        digest = hashlib.sha256(f"{self.interpreter.path} {self.interpreter}".encode())
        for path in self.requirements:
            try:
                digest.update(path.read_bytes())
            except OSError as error:
                raise EnvironmentFailed(f"{self.name}: cannot read {path}: {error}") from error
        return digest.hexdigest()

    def _sources(self) -> str:
        """Return a digest of the projects' files; nothing when there are no projects."""
        digest = hashlib.sha256()
        for project in self.projects:
            files = [project / "pyproject.toml", *sorted((project / "src").rglob("*"))]
            for path in files:
                if path.is_file() and path.suffix != ".pyc":
                    digest.update(f"{path.relative_to(project)}\0".encode())
                    digest.update(path.read_bytes())
        return digest.hexdigest() if self.projects else ""

    def _stamp(self, name: str) -> str:
        try:
            return (self.folder / name).read_text()
        except OSError:
            return ""

    def _names(self) -> str:
        return " and ".join(f"{path.parent.name}/{path.name}" for path in self.requirements)
