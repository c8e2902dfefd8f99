"""The builder's form of a bundle that can stand inside a document, asked of the builder itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

INLINE = Path(__file__).resolve().parents[2] / "core" / "js" / "vite" / "src" / "inline.js"
node = shutil.which("node")
pytestmark = pytest.mark.skipif(node is None, reason="Node builds browser code")

ASK = """
const { asFunction, collectNames } = await import(process.argv[1]);
const { code, call } = JSON.parse(process.argv[2]);
if (call === "names") {
  const names = {};
  collectNames(code, ["svelte", "svelte/internal/client"], names);
  console.log(JSON.stringify(Object.fromEntries(Object.entries(names).map(([id, set]) => [id, [...set].sort()]))));
} else {
  const text = asFunction(code);
  const shared = { "svelte@1": { mount: () => "mounted" }, "svelte@1/internal/client": { get: (x) => [x] } };
  const made = text && (0, eval)(`"use strict";${text}`)(shared, "/folder/");
  const result = made && { names: Object.keys(made), value: call === "run" ? made.default() : null };
  console.log(JSON.stringify({ text, result }));
}
"""


def ask(code: str, call: str = "text") -> Any:
    given = json.dumps({"code": code, "call": call})
    arguments = [str(node), "--input-type=module", "-e", ASK, INLINE.as_uri(), given]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60).stdout)


def test_a_bundle_becomes_a_function_of_the_shared_modules() -> None:
    made = ask(
        '//# allFunctionsCalledOnLoad\nimport{mount as e}from"svelte@1";import*as t from"svelte@1/internal/client";'
        "var n=()=>[e(),t.get(2)];export{n as default,n as other};",
        "run",
    )

    assert made["result"] == {"names": ["default", "other"], "value": ["mounted", [2]]}
    assert "allFunctionsCalledOnLoad" not in made["text"]


def test_what_is_imported_later_is_found_from_the_bundles_folder() -> None:
    text = ask("var n=()=>import(`./chunk-1.js`);export{n as default};")["text"]

    assert 'import(pegboardBase+"chunk-1.js")' in text


@pytest.mark.parametrize(
    "code",
    [
        'import{a}from"./chunk.js";export{a as default};',
        'import a from"svelte@1";export{a as default};',
        "var n=import.meta.url;export{n as default};",
        "var n=await 1;export{n as default};",
        "for await(let n of[])n;export{};",
        'var n=()=>import("../other.js");export{n as default};',
        "var n=name=>import(name);export{n as default};",
        'export*from"svelte@1";',
        "export default 1;",
        "export const n=1;",
        'var n="</script>";export{n as default};',
        'var n="<!--<script>";export{n as default};',
        f'var n="{"x" * 30_000}";export{{n as default}};',
    ],
    ids=lambda code: code[:32],
)
def test_what_a_function_cannot_say_stays_a_file(code: str) -> None:
    assert ask(code) == {"text": None, "result": None}


def test_the_names_taken_of_svelte_are_known_before_they_are_minified() -> None:
    names = ask(
        'import * as $ from "svelte/internal/client"; import { mount, tick as later } from "svelte"; '
        'import other from "elsewhere"; $.get($.state(1)); const o = { $: 1 }; o.$.fine; other.get; $["set"];',
        "names",
    )

    assert names == {"svelte/internal/client": ["*", "get", "state"], "svelte": ["mount", "tick"]}


def test_a_module_handed_on_as_a_whole_takes_everything() -> None:
    names = ask('import * as $ from "svelte"; export { $ }; export * from "svelte/internal/client";', "names")

    assert names == {"svelte": ["*"], "svelte/internal/client": ["*"]}
