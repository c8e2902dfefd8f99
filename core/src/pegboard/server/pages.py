"""The one HTML page: the config inlined, the shell's script, preloads for exactly what is used.

Nothing in it is inline script: the policy allows scripts of this origin and the import map, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from typing import Any

from pegboard.server.bundles import Bundles, PluginAssets
from pegboard.spec import AppSpec

ESCAPES = {b"<": b"\\u003c", b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029"}

NOT_BUILT = """<main class="pb-note">
<h1>The page of this app is not built</h1>
<p>The server runs and its API answers, but this installation holds no browser code for the page.</p>
<p>From a source checkout, build it with <code>npm install</code> and <code>npm run build</code>;
otherwise install <code>pegboard-core</code> from a wheel.</p>
</main>"""

LOGIN = """<main class="pb-note"><h1>{title}</h1>
<p>{message}</p>
<form method="post" action="{root}/login">
<p><label for="pb-user">User name</label><br>
<input id="pb-user" name="username" autocomplete="username" required autofocus></p>
<p><label for="pb-password">Password</label><br>
<input id="pb-password" name="password" type="password" autocomplete="current-password" required></p>
<p><button type="submit">Log in</button></p>
</form>{problem}</main>"""

NOTE_CSS = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif}"
    "body{margin:0}.pb-note{max-inline-size:34rem;margin:12vh auto;padding:0 1.5rem;line-height:1.5}"
    "input,button{font:inherit;padding:.5rem .75rem;inline-size:100%;box-sizing:border-box}"
    "[role=alert]{color:#b42318}"
)


class PageMaker:
    """Makes the page of one app.

    Attributes:
        is_built: The shell's browser code is there.
    """

    def __init__(
        self, spec: AppSpec, bundles: Bundles, plugins: Mapping[str, PluginAssets], *, extra_head: str = ""
    ) -> None:
        self._spec = spec
        self._bundles = bundles
        self._plugins = plugins
        self._head = spec.head + extra_head
        self.is_built = bool(bundles.shell)
        shell: Mapping[str, Any] = bundles.shell
        self._css = _text_of(bundles, shell.get("css")) if self.is_built else NOTE_CSS
        self._entry = bundles.shell_address(shell["entry"]) if self.is_built else None
        chunks = shell.get("imports", ()) if self.is_built else ()
        self._preload = [bundles.shell_address(name) for name in chunks]
        for name in shell.get("files", ()) if self.is_built else ():
            bundles.shell_address(name)
        self._import_map = self._make_import_map(shell) if self.is_built else ""
        self._plugin_loads = [assets.entry for assets in plugins.values() if assets.entry]

    def _make_import_map(self, shell: Mapping[str, Any]) -> str:
        if not any(assets.is_shared for assets in self._plugins.values()):
            return ""
        imports = {
            name: self._bundles.shell_address(file) for name, file in shell.get("shared", {}).items()
        }
        return json.dumps({"imports": imports}, separators=(",", ":"))

    def policy(self, style: str) -> str:
        """Return the Content-Security-Policy of a page with one inline style sheet."""
        scripts = f" '{_hash(self._import_map)}'" if self._import_map else ""
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self'{scripts}",
                f"style-src 'self' '{_hash(style)}'",
                "img-src 'self' data: blob:",
                "media-src 'self' data: blob:",
                "font-src 'self' data:",
                "worker-src 'self' blob:",
                "frame-src 'self'",
                "connect-src 'self'",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors *",
            )
        )

    def page(self, config: bytes, root_path: str) -> tuple[bytes, str]:
        """Return the page and its policy.

        Args:
            config: The encoded config.
            root_path: What stands before every address of ours (``""``, or ``/app``).
        """
        for raw, escaped in ESCAPES.items():
            config = config.replace(raw, escaped)
        head = [
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(self._spec.title or 'Pegboard')}</title>",
            f'<link rel="icon" href="{html.escape(root_path)}/favicon.ico">',
            f"<style>{self._css}</style>",
        ]
        if self._import_map:
            head.append(f'<script type="importmap">{self._import_map}</script>')
        if self._entry is not None:
            loads = [*self._preload, *self._plugin_loads]
            head += [f'<link rel="modulepreload" href="{root_path}{load}">' for load in loads]
            head.append(f'<script type="module" src="{root_path}{self._entry}"></script>')
        body = '<div id="pegboard-app"></div>' if self.is_built else NOT_BUILT
        text = "".join(
            (
                '<!doctype html><html lang="en"><head>',
                *head,
                self._head,
                f'</head><body>{body}<script type="application/json" id="pegboard-config">',
            )
        )
        return (
            text.encode() + config + b"</script></body></html>",
            self.policy(self._css),
        )

    def login_page(self, root_path: str, message: str | None, problem: str = "") -> tuple[bytes, str]:
        """Return the page that asks for name and password, and its policy."""
        shown = f'<p role="alert">{html.escape(problem)}</p>' if problem else ""
        body = LOGIN.format(
            title=html.escape(self._spec.title or "Log in"),
            message=html.escape(message or "Please log in."),
            root=html.escape(root_path),
            problem=shown,
        )
        text = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(self._spec.title or 'Log in')}</title>"
            f"<style>{NOTE_CSS}</style></head><body>{body}</body></html>"
        )
        return text.encode(), self.policy(NOTE_CSS)


def _text_of(bundles: Bundles, name: object) -> str:
    if not isinstance(name, str):
        return ""
    return (bundles.shell_folder / name).read_text("utf-8").strip()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
