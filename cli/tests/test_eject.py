"""`pegboard component eject`: a class beside an app becomes a distribution, nothing rewritten."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli.tests.kit import pegboard, run, without_node

MODULE = """\
export default {
  render({ model, el }) {
    const draw = () => { el.textContent = `${model.get("value") ?? "-"} of ${model.get("maximum")}`; };
    model.on("change:value", draw);
    draw();
  },
};
"""

APP = '''
import math
import random
from pathlib import Path

import pegboard as pb

LOWEST = 1


def clamp(number, highest):
    return max(LOWEST, min(highest, math.floor(number)))


class Stars(pb.Component):
    """A rating from one to five."""

    value: int | None = None
    maximum: int = 5

    change = pb.Event(doc="the rating changed")

    _esm = Path(__file__).parent / "stars.js"
    _css = "p { color: var(--pb-primary); }"

    def preprocess(self, payload):
        # One star at least.
        if payload is None:
            return None
        if isinstance(payload, bool) or not isinstance(payload, (int, float)) or not abs(payload) < 1e6:
            raise pb.PayloadError(self, got=payload, expected="a JSON number, or null")
        return clamp(payload, self.maximum)

    def api_schema(self, direction="input"):
        return {"type": "number"}

    def example_payload(self):
        return 3


class Other(pb.Component):
    """Not this one."""

    _esm = "export default { render() {} };"


pb.Interface(lambda stars: random.random(), Stars(label="Rating"), Other()).launch()
'''


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "stars.js").write_text(MODULE)
    return tmp_path / "app.py"


def test_class_and_module_are_moved_as_they_are_and_pass_the_suite(app: Path) -> None:
    pegboard("component", "eject", "app.py", "Stars", "--frontend", "vanilla", folder=app.parent, env=without_node())

    project = app.parent / "pegboard-stars"
    source = (project / "src" / "pegboard_stars" / "component.py").read_text()
    kept = APP[APP.index("    def preprocess") : APP.index("\n\nclass Other")].strip()
    assert kept in source
    assert "def clamp" in source and "LOWEST = 1" in source and "import math" in source
    assert "_esm" not in source and "import random" not in source and "Other" not in source
    assert (project / "frontend" / "index.js").read_text() == MODULE
    assert app.read_text() == APP
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_conformance.py"], project)
    assert "failed" not in done.stdout
    pegboard("component", "build", folder=project, env=without_node())
    manifest = json.loads((project / "src" / "pegboard_stars" / "pegboard.json").read_text())
    assert manifest["components"][0]["summary"] == "A rating from one to five."
    assert manifest["components"][0]["frontend"]["css"] == "_frontend/stars/style.css"


@pytest.mark.timeout(400)
def test_ejected_typescript_project_builds_and_type_checks(app: Path, svelte_project: Path) -> None:
    pegboard("component", "eject", "app.py", "Stars", "--no-install", folder=app.parent)
    project = app.parent / "pegboard-stars"
    (project / "node_modules").symlink_to(svelte_project / "node_modules")

    pegboard("component", "build", folder=project)
    run(["npm", "run", "--silent", "check"], project)

    assert (project / "frontend" / "widget.js").read_text() == MODULE
    assert (project / ".github" / "workflows" / "ci.yml").is_file()
    assert list((project / "dist").glob("*.whl"))


def test_a_name_that_is_no_component_lists_those_that_are(app: Path) -> None:
    done = pegboard("component", "eject", "app.py", "Sun", folder=app.parent, code=1)

    assert "Other, Stars" in done.stderr
    assert not (app.parent / "pegboard-sun").exists()
