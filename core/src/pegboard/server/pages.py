"""The one HTML page: the config inlined, the shell's script, preloads for exactly what is used.

Nothing in it is inline script: the policy allows scripts of this origin and the import map, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping

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

    Args:
        entry: Address of the script that draws the page, when it is not the shell's.

    Attributes:
        is_built: The shell's browser code is there.
    """

    def __init__(
        self,
        spec: AppSpec,
        bundles: Bundles,
        plugins: Mapping[str, PluginAssets],
        *,
        may_be_framed: bool = True,
        entry: str | None = None,
    ) -> None:
        self._spec = spec
        self._head = spec.head
        # A page behind a login in someone else's frame is clickjacking; a public one is an embed.
        self._ancestors = "*" if may_be_framed else "'self'"
        self.is_built = bool(bundles.shell)
        self._css = NOTE_CSS
        self._entry: str | None = None
        self._imports: dict[str, str] = {}
        self._loads: list[str] = []
        if self.is_built:
            shell = bundles.shell["shell"]
            css = shell.get("css")
            self._css = (bundles.shell_folder / css).read_text("utf-8").strip() if css else ""
            self._entry = entry or bundles.shell_address(shell["entry"])
            imports = bundles.shell.get("imports", {})
            self._imports = {name: bundles.shell_address(file) for name, file in imports.items()}
            self._loads = [*dict.fromkeys(self._imports.values())]
            self._loads += [assets.entry for assets in plugins.values() if assets.entry]

    def _import_map(self, root_path: str) -> str:
        if not self._imports:
            return ""
        imports = {name: f"{root_path}{address}" for name, address in self._imports.items()}
        return json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")

    def policy(self, style: str, import_map: str = "") -> str:
        """Return the Content-Security-Policy of a page with its inline style and import map."""
        scripts = f" '{_hash(import_map)}'" if import_map else ""
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
                f"frame-ancestors {self._ancestors}",
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
        import_map = self._import_map(root_path)
        if import_map:
            head.append(f'<script type="importmap">{import_map}</script>')
        if self._entry is not None:
            head += [f'<link rel="modulepreload" href="{root_path}{load}">' for load in self._loads]
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
            self.policy(self._css, import_map),
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


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
