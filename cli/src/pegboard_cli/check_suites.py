"""Runs the suites of `pegboard.testing` on a project's components, and reads what they say.

The project's own file is run where it has one, since it may need options or a payload; else one is made.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from pegboard_cli.console import progress
from pegboard_cli.findings import Finding, error, ok, warning
from pegboard_cli.project import Project

_MADE = """from {suite_module} import {suite}
from {module} import {cls}


class Test{cls}({suite}):
    component = {cls}
"""
LIMIT_S = 500
SAME_CAUSE = 3
"""So many promises broken with the very same words have one cause, which is said once."""


def conformance(project: Project) -> Iterator[Finding]:
    """What the class promises: options, payloads, schema against example, values kept and shown."""
    yield from _suite(project, "conformance", "pegboard.testing.conformance", "ComponentConformance")


def browser(project: Project) -> Iterator[Finding]:
    """What the module promises, in a browser: it comes, changes and goes, twice on a page, dark, by
    keyboard, with axe, under the page's policy.
    """
    yield from _suite(project, "browser", "pegboard.testing.browser", "FrontendConformance")


def _suite(project: Project, check: str, module: str, suite: str) -> Iterator[Finding]:
    needed = ["pytest", "hypothesis", "jsonschema"] + (["playwright"] if check == "browser" else [])
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        yield error(
            check, f"it cannot be run: {', '.join(missing)} not installed.",
            'run: pip install "pegboard-core[testing]"',
        )  # fmt: skip
        return
    with tempfile.TemporaryDirectory() as folder:
        file = _own(project, suite) or _made(project, module, suite, Path(folder))
        report = Path(folder) / "report.xml"
        search = [str(project.source_dir), os.environ.get("PYTHONPATH", "")]
        command = [
            sys.executable, "-m", "pytest", str(file), f"--junitxml={report}", "--no-header",
            "-p", "no:cacheprovider", "--import-mode=importlib", f"--rootdir={folder}",
            "-c", os.devnull, "--tb=short", "--verbosity=1", "--color=no",
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, search))}
        said = _followed(command, project.folder, environment)
        if said is None:
            yield error(check, f"the suite did not end within {LIMIT_S} s.", "run pytest to see where it stands")
            return
        if not report.is_file():
            last = said.strip().splitlines()[-12:]
            yield error(check, "the suite could not start: " + " | ".join(last), "mend what it names")
            return
        yield from _read(check, report)


def _followed(command: list[str], folder: Path, environment: dict[str, str]) -> str | None:
    """Run pytest and show how far it is; return what it said, ``None`` if it took too long."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            process.kill()

        timer = threading.Timer(LIMIT_S, end)
        timer.start()
        said = []
        for line in process.stdout:
            said.append(line)
            done = re.search(r"::test_(\w+).*\[\s*(\d+)%\]", line)
            if done:
                progress(f"{done[2]} %  {done[1].replace('_', ' ')}"[:76])
        process.wait()
        timer.cancel()
        progress("")
    return None if is_over.is_set() else "".join(said)


def _own(project: Project, suite: str) -> Path | None:
    for file in sorted((project.folder / "tests").glob("test_*.py")):
        if re.search(rf"\({suite}\)\s*:", file.read_text(encoding="utf-8", errors="replace")):
            return file
    return None


def _made(project: Project, suite_module: str, suite: str, folder: Path) -> Path:
    parts = []
    for ref in project.entry_points.values():
        module, _, cls = ref.partition(":")
        parts.append(_MADE.format(suite_module=suite_module, suite=suite, module=module, cls=cls))
    file = folder / "test_made.py"
    file.write_text("\n\n".join(parts), encoding="utf-8")
    return file


def _read(check: str, report: Path) -> Iterator[Finding]:
    passed = skipped = 0
    troubles: dict[str, list[str]] = {}
    # Written by the pytest that was started above; nothing from outside is parsed.
    for case in ElementTree.parse(report).iter("testcase"):
        trouble = case.find("failure")
        trouble = case.find("error") if trouble is None else trouble
        skip = case.find("skipped")
        if trouble is not None:
            troubles.setdefault(_gist(trouble), []).append(_promise(case))
        elif skip is not None:
            skipped += 1
        else:
            passed += 1
    for gist, promises in troubles.items():
        if len(promises) < SAME_CAUSE:
            for promise in promises:
                yield error(check, f"{promise}: {gist}", "see the promise's docstring in its suite")
        else:
            yield error(check, f"{len(promises)} promises could not be tested: {gist}", "mend what it names, and check again")
    if not passed and not troubles:
        yield error(check, "no promise was tested.", "subclass the suite in tests/, as the template does")
    elif not troubles:
        yield ok(check, f"{passed} promises kept" + (f", {skipped} do not apply" if skipped else ""))
    elif skipped:
        yield warning(check, f"{skipped} promises were not tested.", "run pytest -rs to see why")


def _promise(case: ElementTree.Element) -> str:
    return str(case.get("name", "")).removeprefix("test_").replace("_", " ")


def _gist(trouble: ElementTree.Element) -> str:
    lines = str(trouble.get("message", "")).strip().splitlines()
    return " ".join(line.strip() for line in lines[:4])[:500]
