"""Takes away what the answers did not ask for."""

from pathlib import Path

frontend, base = "{{ cookiecutter.frontend }}", "{{ cookiecutter.base }}"
widgets = {"svelte": "frontend/{{ cookiecutter.class_name }}.svelte", "react": "frontend/{{ cookiecutter.class_name }}.tsx"}
unwanted = [file for name, file in widgets.items() if name != frontend or base]
if frontend == "vanilla":
    unwanted += ["frontend/index.ts", "package.json", "tsconfig.json", ".npmrc"]
else:
    unwanted += ["frontend/index.js"]
if frontend == "svelte" and not base:
    unwanted += ["frontend/style.css"]
if not base:
    unwanted += ["frontend/base/index.d.ts"]
for name in unwanted:
    Path(name).unlink()
if not base:
    Path("frontend/base").rmdir()
