"""Wheels, sdists and editable installs, made with the real backend and installed with the real pip.

No network: builds run without isolation, and installs without dependencies.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

PYPROJECT = """
[build-system]
requires = ["hatchling>=1.25", "hatch-pegboard"]
build-backend = "hatchling.build"

[project]
name = "acme-stars"
version = "0.3.0"
requires-python = ">=3.10"
dependencies = ["pegboard-core>=0.1,<1"]

[project.entry-points."pegboard.components"]
stars = "acme_stars:Stars"

[project.entry-points."pegboard.manifest"]
acme-stars = "acme_stars:pegboard.json"

[tool.hatch.build.targets.wheel]
packages = ["src/acme_stars"]

[tool.hatch.build.hooks.pegboard]
kind = "component"

[tool.pegboard.components.stars]
category = "number"
accepts = ["acme.Rating"]
returns = ["acme.Rating"]
aliases = ["rating"]
min_height_px = 40
"""

SOURCE = '''
"""Stars."""

import pegboard as pb


class Stars(pb.Component):
    """A rating from one to five."""

    change = pb.Event(doc="the rating changed")

    def preprocess(self, payload):
        if payload is None or payload in (1, 2, 3, 4, 5):
            return payload
        raise pb.PayloadError(self, got=payload, expected="1 to 5, or null for none")

    def api_schema(self, direction="input"):
        return {"type": "integer", "minimum": 1, "maximum": 5}

    def example_payload(self):
        return 4
'''

MODULE = "export default { render({ model, el }) { el.textContent = String(model.get('value') ?? '-'); } };\n"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A third party's plugin in plain JavaScript, outside the repository, with its manifest made."""
    folder = tmp_path / "acme-stars"
    package = folder / "src" / "acme_stars"
    (package / "_frontend" / "stars").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / ".gitignore").write_text("_frontend/\n")
    (package / "__init__.py").write_text(SOURCE)
    (package / "_frontend" / "stars" / "index.js").write_text(MODULE)
    run([sys.executable, "-m", "pegboard_cli", "manifest", str(folder)])
    return folder


def without_node() -> dict[str, str]:
    """The environment with a PATH on which nothing is found."""
    return {**os.environ, "PATH": str(Path(sys.executable).parent)}


def run(command: list[str], *, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder: Path, target: str, output: Path) -> Path:
    """Build one target with hatchling as an installer would, and with no Node on PATH."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(output)]
    run(command, env=without_node(), cwd=folder)
    (made,) = output.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


def install(what: list[str], target: Path) -> None:
    run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--no-index", "--no-build-isolation", "--target", str(target), *what,
        ],
        env=without_node(),
    )


def in_process(code: str, *paths: Path) -> str:
    """Run code in a fresh interpreter that sees the given folders, and no Node."""
    search = os.pathsep.join(str(path) for path in paths)
    return run([sys.executable, "-c", code], env={**without_node(), "PYTHONPATH": search})


def test_plugin_from_outside_installs_without_node_and_is_found_by_its_name(plugin, tmp_path):
    wheel = build(plugin, "wheel", tmp_path / "dist")
    shelf = tmp_path / "shelf"
    install([str(wheel)], shelf)

    said = in_process(
        "import json, sys, pegboard as pb\n"
        "from pegboard.plugins import index\n"
        "entry = next(e for e in index().entries if e.name == 'stars')\n"
        "early = 'acme_stars' in sys.modules\n"
        "cls = index().resolve('rating')\n"
        "from pegboard.naming import component_from\n"
        "assert type(component_from('acme-stars/Stars')) is type(component_from({'name': 'stars'})) is cls\n"
        "found = index().manifest_of(cls)\n"
        "print(json.dumps([early, cls.__module__, pb.Stars is cls, found.distribution, found.version,\n"
        "  (found.package_dir / found.manifest.frontend.entry).read_text(),\n"
        "  [e.name for e in index().find_by_type('acme.Rating', 'input')],\n"
        "  [str(p) for p in index().problems if p.distribution == 'acme-stars']]))\n",
        shelf,
    )

    assert json.loads(said) == [False, "acme_stars", True, "acme-stars", "0.3.0", MODULE, ["stars"], []]


def test_wheel_carries_the_ignored_bundle_and_its_manifest_beside_the_metadata(plugin, tmp_path):
    wheel = build(plugin, "wheel", tmp_path / "dist")

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        packed = archive.read("acme_stars-0.3.0.dist-info/extra_metadata/pegboard.json")

    assert {"acme_stars/_frontend/stars/index.js", "acme_stars/pegboard.json"} <= names
    assert packed == (plugin / "src" / "acme_stars" / "pegboard.json").read_bytes()


def test_sdist_installs_without_node_because_it_carries_the_bundle(plugin, tmp_path):
    sdist = build(plugin, "sdist", tmp_path / "dist")
    shelf = tmp_path / "shelf"

    install([str(sdist)], shelf)

    assert (shelf / "acme_stars" / "_frontend" / "stars" / "index.js").read_text() == MODULE


def test_build_without_its_bundle_fails_and_says_what_is_missing(plugin, tmp_path):
    (plugin / "src" / "acme_stars" / "_frontend" / "stars" / "index.js").unlink()

    said = build_fails(plugin, tmp_path)

    assert "_frontend/stars/index.js" in said and "stars" in said and "missing" in said


def test_build_of_sources_without_node_names_the_version_and_the_wheel(plugin, tmp_path):
    (plugin / "frontend").mkdir()
    (plugin / "frontend" / "index.ts").write_text("export default {};\n")

    said = build_fails(plugin, tmp_path)

    assert "Node 20.19" in said and "wheel" in said


def test_build_without_a_manifest_says_how_to_make_it(plugin, tmp_path):
    (plugin / "src" / "acme_stars" / "pegboard.json").unlink()

    assert "pegboard manifest" in build_fails(plugin, tmp_path)


@pytest.mark.parametrize("text", ["{", "{}", '{"components": 3}', '{"components": [], "protocol": ">=1.0"}'])
def test_build_with_a_bad_manifest_fails(plugin, tmp_path, text):
    (plugin / "src" / "acme_stars" / "pegboard.json").write_text(text)

    assert "pegboard.json" in build_fails(plugin, tmp_path)


def build_fails(folder: Path, tmp_path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=folder, env=without_node(), capture_output=True, text=True, timeout=100,
    )
    assert done.returncode != 0
    assert list((tmp_path / "dist").glob("*.whl")) == []
    return done.stdout + done.stderr


def test_stale_manifest_is_reported_and_written_anew(plugin):
    check = [sys.executable, "-m", "pegboard_cli", "manifest", "--check", str(plugin)]
    run(check)
    before = (plugin / "src" / "acme_stars" / "pegboard.json").read_bytes()

    source = plugin / "src" / "acme_stars" / "__init__.py"
    source.write_text(SOURCE.replace("one to five", "one to five stars"))
    stale = subprocess.run(check, capture_output=True, text=True)
    run([sys.executable, "-m", "pegboard_cli", "manifest", str(plugin)])
    source.write_text(SOURCE)
    run([sys.executable, "-m", "pegboard_cli", "manifest", str(plugin)])

    assert stale.returncode == 1 and "stale" in stale.stderr
    assert (plugin / "src" / "acme_stars" / "pegboard.json").read_bytes() == before


def test_editable_install_is_found_and_follows_the_sources(plugin, tmp_path):
    place = tmp_path / "place"
    run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--no-index", "--no-build-isolation", "--prefix", str(place), "-e", str(plugin),
        ],
        env=without_node(),
    )
    (packages,) = place.glob("lib/python*/site-packages")
    file = plugin / "src" / "acme_stars" / "pegboard.json"
    file.write_text(file.read_text().replace("A rating from one to five.", "Edited since."))

    said = in_process(
        f"import site; site.addsitedir({str(packages)!r})\n"
        "from pegboard.plugins import index\n"
        "entry = next(e for e in index().entries if e.name == 'stars')\n"
        "print(entry.manifest.summary, entry.load().__name__, entry.problem)\n",
    )

    assert said.split("\n")[0] == "Edited since. Stars None"


@pytest.mark.skipif(
    not (REPOSITORY / "core" / "src" / "pegboard" / "_frontend" / "build.json").is_file(),
    reason="the page shell is not built here",
)
def test_core_and_a_component_run_from_wheels_with_no_node(tmp_path):
    source = REPOSITORY / "components" / "textbox"
    copies = []
    for folder in (REPOSITORY / "core", source):
        copy = tmp_path / "src" / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        copies.append(copy)
    wheels = [str(build(copy, "wheel", tmp_path / f"dist-{copy.name}")) for copy in copies]
    shelf = tmp_path / "shelf"

    install(wheels, shelf)
    said = in_process(
        "import pegboard as pb, json, shutil, urllib.request\n"
        "with pb.Blocks() as demo:\n"
        "    name, greeting = pb.Textbox(), pb.Textbox()\n"
        "    name.submit(lambda text: f'Hello {text}', name, greeting)\n"
        "_, url, _ = demo.launch(server_name='127.0.0.1', server_port=0, prevent_thread_lock=True, quiet=True)\n"
        "page = urllib.request.urlopen(url).read().decode()\n"
        "config = json.load(urllib.request.urlopen(url.rstrip('/') + '/config'))\n"
        "plugin = config['pegboard']['plugins']['pegboard-textbox/Textbox']\n"
        "bundle = urllib.request.urlopen(url.rstrip('/') + plugin['entry']).read()\n"
        "demo.close()\n"
        "print(json.dumps([pb.__file__, shutil.which('node'), plugin['problem'], len(bundle) > 500,\n"
        "  'pegboard-config' in page]))\n",
        shelf,
    )

    place, node, problem, has_bundle, has_config = json.loads(said.splitlines()[-1])
    assert place.startswith(str(shelf))
    assert (node, problem, has_bundle, has_config) == (None, None, True, True)


def test_sdist_of_a_component_of_ours_carries_sources_and_bundle(tmp_path):
    folder = REPOSITORY / "components" / "textbox"
    if not (folder / "src" / "pegboard_textbox" / "_frontend").is_dir():
        pytest.skip("its bundle is not built here")
    copy = tmp_path / "textbox"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))

    with tarfile.open(build(copy, "sdist", tmp_path / "dist")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "frontend/index.ts",
        "src/pegboard_textbox/pegboard.json",
        "src/pegboard_textbox/_frontend/textbox/index.js",
        "src/pegboard_textbox/_frontend/.stamp",
    } <= names


def test_no_distribution_leaks_settings_of_the_workspace():
    for project in [*REPOSITORY.glob("components/*/pyproject.toml"), REPOSITORY / "core" / "pyproject.toml"]:
        assert "tool.uv" not in project.read_text(encoding="utf-8"), project
