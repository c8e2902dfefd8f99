"""How long an author waits from nothing to a component in use: ``python -m cli.tests.journey``.

For each frontend, in a folder and a home of their own with empty caches: `new`, `check`, `build`; then the
wheel goes into a fresh environment without Node, and an Interface uses the component by its name.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cli.tests.kit import REPOSITORY, Environment, pegboard, run, without_node
from cli.tests.test_build import USE
from pegboard.testing.stage import chromium_path

STEPS = ("new", "check", "build", "install", "use")
WHEELS = ("core", "components/textbox", "components/button")


def journey(frontend: str, kind: str, folder: Path, house: Path) -> dict[str, float]:
    """Go all the way; return the seconds of each step."""
    home = folder / "home"
    home.mkdir()
    # A browser of the machine's own is found on its PATH, which holds no Node here.
    fresh = {"PEGBOARD_CHROMIUM": chromium_path() or "", "HOME": str(home), "npm_config_cache": str(home / "npm"), "XDG_CACHE_HOME": str(home / "cache")}
    env = without_node(**fresh) if frontend == "vanilla" else {**os.environ, **fresh}
    took: dict[str, float] = {}

    def step(name: str, work: Callable[[], object]) -> None:
        before = time.perf_counter()
        work()
        took[name] = time.perf_counter() - before
        print(f"  {frontend} {kind}: {name} {took[name]:.1f} s", file=sys.stderr, flush=True)

    options = ("--no-input", "--author", "Ada", "--email", "ada@example.org", "--frontend", frontend, "--kind", kind)
    step("new", lambda: pegboard("component", "new", "Rating", *options, folder=folder, env=env))
    (project,) = (path for path in folder.iterdir() if path != home)
    step("check", lambda: pegboard("component", "check", folder=project, env=env))
    step("build", lambda: pegboard("component", "build", folder=project, env=env))
    (wheel,) = (project / "dist").glob("*.whl")
    machine = Environment(folder / "venv")

    def install() -> None:
        machine.install(*(str(path) for path in house.glob("*.whl")))
        machine.install(str(wheel))

    step("install", install)
    step("use", lambda: machine.run(USE_ANY if kind != "input" else USE.format(name="rating", id=f"{project.name}/Rating")))
    return took


USE_ANY = """
import pegboard as pb
with pb.Blocks() as demo:
    pb.Rating()
app, url, _ = demo.launch(server_name="127.0.0.1", server_port=0, prevent_thread_lock=True, quiet=True)
assert not app.site.problems(), app.site.problems()
demo.close()
"""


def main() -> None:
    """Go for each frontend asked for, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frontend", nargs="+", default=["vanilla", "svelte", "react"])
    parser.add_argument("--kind", nargs="+", default=["input"], choices=["input", "output", "container", "media"])
    given = parser.parse_args()
    print(f"| frontend, kind | {' | '.join(STEPS)} | together |\n|{'---|' * (len(STEPS) + 2)}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        house = Path(place) / "wheels"
        for name in WHEELS:
            run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(house)], REPOSITORY / name)
        shutil.rmtree(house / "npm", ignore_errors=True)
        for frontend in given.frontend:
            for kind in given.kind:
                folder = Path(place) / f"{frontend}-{kind}"
                folder.mkdir()
                took = journey(frontend, kind, folder, house)
                cells = [f"{took[step]:.1f}" for step in STEPS]
                print(f"| {frontend}, {kind} | {' | '.join(cells)} | {sum(took.values()):.0f} |", flush=True)


if __name__ == "__main__":
    main()
