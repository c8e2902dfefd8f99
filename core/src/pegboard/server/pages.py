"""The HTML pages: the app's own with its config inlined, and plain ones without any script.

The policy allows scripts of this origin, and those in the document by their hashes: the import map, the
page's own script where the document holds it, and what the author wrote into ``head``.
"""

from __future__ import annotations

import html
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pegboard import tooling
from pegboard.i18n import spoken, translated
from pegboard.server.bundles import Bundles, PluginAssets
from pegboard.server.frame import Frame
from pegboard.server.head import hash_of, read_head
from pegboard.server.scripts import Scripts, inlined, linked
from pegboard.server.skeleton import Skeleton
from pegboard.spec import AppSpec

ESCAPES = {b"<": b"\\u003c", b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029"}

NOT_BUILT = """<main class="pb-note">
<h1>The page of this app is not built</h1>
<p>The server runs and its API answers, but this installation holds no browser code for the page.</p>
<p>From a source checkout, build it with <code>npm install</code> and <code>npm run build</code>;
otherwise install <code>pegboard-core</code> from a wheel.</p>
</main>"""

LOGIN = """<main class="pb-note"><form class="pb-note-card" method="post" action="{root}/login">
<img src="{root}/favicon.ico" alt="" width="40" height="40">
<h1>{title}</h1>
<p class="pb-note-message">{message}</p>
{problem}<p><label for="pb-user">User name</label>
<input id="pb-user" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
 value="{user}" required autofocus{marks}></p>
<p><label for="pb-password">Password</label>
<input id="pb-password" name="password" type="password" autocomplete="current-password" required{marks}></p>
<button type="submit">Log in</button>
</form></main>"""

# Used alone when the shell is not built; otherwise the shell's tokens and the theme's come with it.
BARE_CSS = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif;--pb-danger:light-dark(#b42318,#f97066);"
    "--pb-space-2:8px;--pb-space-4:16px;--pb-space-6:32px;--pb-radius-m:8px;--pb-radius-l:12px}"
    ":root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}body{margin:0}"
)
NOTE_CSS = (
    ".pb-note{display:grid;place-content:center;justify-items:center;min-block-size:100dvh;"
    "padding:var(--pb-space-4);box-sizing:border-box;line-height:1.5}"
    ".pb-note>*{max-inline-size:min(46rem,92vw)}"
    ".pb-note h1{margin:0;font-size:1.5rem;letter-spacing:-.015em;line-height:1.25;text-wrap:balance}"
    ".pb-note-card{inline-size:min(23rem,92vw);padding:var(--pb-space-6);box-sizing:border-box;"
    "border:1px solid var(--pb-border,#8b8f9a);border-radius:var(--pb-radius-l);"
    "background:var(--pb-surface,transparent);box-shadow:var(--pb-shadow-m,none)}"
    ".pb-note-card img{display:block;margin-block-end:var(--pb-space-4);border-radius:var(--pb-radius-m)}"
    ".pb-note-message{margin:var(--pb-space-2) 0 var(--pb-space-4);color:var(--pb-text-muted,inherit);"
    "white-space:pre-line}"
    ".pb-note-card p{margin-block:0 var(--pb-space-4)}"
    ".pb-note-card label{display:block;margin-block-end:6px;font-size:.8125rem;font-weight:550}"
    ".pb-note-card input{inline-size:100%;block-size:var(--pb-control-height,40px);padding:0 12px;"
    "box-sizing:border-box;border:1px solid var(--pb-border-strong,#8b8f9a);border-radius:var(--pb-radius-m);"
    "background:var(--pb-surface-2,transparent);font:inherit;color:inherit}"
    ".pb-note-card input[aria-invalid]{border-color:var(--pb-danger)}"
    ".pb-note-card button{inline-size:100%;block-size:var(--pb-control-height,40px);border:0;"
    "border-radius:var(--pb-radius-m);background:var(--pb-primary,#4338ca);color:var(--pb-on-primary,#fff);"
    "font:inherit;font-weight:600;cursor:pointer}"
    ".pb-note-card button:hover{background:var(--pb-primary-hover,#3730a3)}"
    "[role=alert]{color:var(--pb-danger);font-size:.875rem}"
    ".pb-note .pb-table td,.pb-note .pb-table th{font-variant-numeric:tabular-nums}"
    ".pb-note tbody th{font-weight:600;color:inherit}"
)


MAX_FRAMES = 16
"""Pages to keep without their configs: they differ by theme, language and public address, and hold the scripts."""


class Page(NamedTuple):
    """A page: what stands around the config, the config, and the Content-Security-Policy."""

    frame: Frame
    config: bytes
    policy: str


class PageMaker:
    """Makes the pages of one app.

    Args:
        theme_css: The theme's style sheet; inlined, so that the first paint has its colours.
        fonts: Addresses of fonts to load at once.
        may_be_framed: Pages of other origins may show it in a frame.
        is_drawn: Put the skeleton into the page.
        has_manifest: The page can be installed as an app.
        texts: Translations by language and key.
        footer: The footer's links for the skeleton: caption and address.

    Args:
        entry: Address of the script that draws the page, when it is not the shell's.

    Attributes:
        is_built: The shell's browser code is there.
        head: What the author put into the document's head.
    """

    def __init__(
        self,
        spec: AppSpec,
        bundles: Bundles,
        plugins: Mapping[str, PluginAssets],
        *,
        theme_css: str = "",
        fonts: Sequence[str] = (),
        may_be_framed: bool = True,
        entry: str | None = None,
        is_drawn: bool = False,
        has_manifest: bool = False,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        footer: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._spec = spec
        self._plugins = plugins
        self.head = read_head(spec.head)
        self._is_drawn = is_drawn
        self._has_manifest = has_manifest
        self._fonts = fonts
        self._texts = texts or {}
        self._footer = footer
        # A page behind a login in someone else's frame is clickjacking; a public one is an embed.
        self._ancestors = "*" if may_be_framed else "'self'"
        self.is_built = bool(bundles.shell)
        self._css = BARE_CSS + NOTE_CSS
        if self.is_built:
            css = bundles.shell["shell"].get("css")
            self._css = (bundles.shell_folder / css).read_text("utf-8").strip() if css else ""
        self._linked = linked(bundles, plugins, entry)
        # Who develops a component wants to see its files in the browser, each for itself.
        is_plain = entry is None and tooling.active() is None
        self._inlined = (inlined(bundles, plugins, spec) if is_plain else None) or self._linked
        self._frames: OrderedDict[tuple[object, ...], tuple[Frame, str]] = OrderedDict()
        self._css += _inlined(theme_css)
        # The author's own sheet stands last and outside any layer, so that it wins over everything.
        self._author_css = _inlined(spec.css)

    def title(self, wanted: Sequence[str] = ()) -> str:
        """Return the page's title in the visitor's language."""
        return translated(self._spec.title or "Pegboard", self._texts, wanted)

    def policy(
        self, styles: Sequence[str], inline: Sequence[str] = (), *, with_head: bool = False
    ) -> str:
        """Return the Content-Security-Policy of a page with its inline styles and scripts."""
        scripts = [hash_of(script) for script in inline if script]
        sheets = [hash_of(style) for style in styles if style]
        if with_head:
            scripts += self.head.scripts
            sheets += self.head.styles
        return "; ".join(
            (
                "default-src 'self'",
                " ".join(("script-src 'self'", *scripts)),
                " ".join(("style-src 'self'", *sheets)),
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

    def page(
        self,
        config: bytes,
        root_path: str,
        *,
        theme: str = "",
        wanted: Sequence[str] = (),
        is_first: bool = True,
    ) -> Page:
        """Return the page.

        Args:
            config: The encoded config.
            root_path: What stands before every address of ours (``""``, or ``/app``).
            theme: ``light`` or ``dark`` when the address asks for one.
            wanted: The visitor's languages, best first.
            is_first: The visitor comes from elsewhere, so the document holds its scripts.
        """
        for raw, escaped in ESCAPES.items():
            config = config.replace(raw, escaped)
        languages = spoken(self._texts, wanted)
        key = (root_path, theme, languages, is_first)
        known = self._frames.get(key)
        if known is None:
            scripts = self._inlined if is_first else self._linked
            known = self._frames[key] = self._framed(scripts, root_path, theme, languages)
            while len(self._frames) > MAX_FRAMES:
                self._frames.popitem(last=False)
        return Page(known[0], config, known[1])

    def _framed(
        self, scripts: Scripts, root_path: str, theme: str, wanted: Sequence[str]
    ) -> tuple[Frame, str]:
        """Return what stands around a page's config, and the page's policy."""
        root = html.escape(root_path)
        skeleton, sizes = self._skeleton(wanted)
        import_map, inline = scripts.import_map(root_path), scripts.inline(root_path)
        head = [
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(self.title(wanted))}</title>",
            f'<link rel="icon" href="{root}/favicon.ico">',
        ]
        # What is fetched stands before what is long, so that it is asked for while the rest still comes in.
        if import_map:
            head.append(f'<script type="importmap">{import_map}</script>')
        head += [f'<link rel="modulepreload" href="{root}{load}">' for load in scripts.loads]
        # Without "crossorigin" a browser would load a font twice, of this origin, too.
        head += [
            f'<link rel="preload" as="font" type="font/woff2" href="{root}{font}" crossorigin>'
            for font in self._fonts
        ]
        head.append(f"<style>{self._css}</style>")
        if self._has_manifest:
            # With credentials, because behind a login the manifest is, too.
            head.append(
                f'<link rel="manifest" href="{root}/manifest.json" crossorigin="use-credentials">'
            )
        if sizes:
            head.append(f"<style>{sizes}</style>")
        if scripts.entry is not None:
            head.append(f'<script type="module" src="{root}{scripts.entry}"></script>')
        head.append(self.head.html)
        if self._author_css:
            head.append(f'<style id="pegboard-css">{self._author_css}</style>')
        body = f'<div id="pegboard-app">{skeleton}</div>' if self.is_built else NOT_BUILT
        before = "".join(
            (
                f"<!doctype html><html{_marks(theme, wanted, self._texts)}><head>",
                *head,
                f'</head><body>{body}<script type="application/json" id="pegboard-config">',
            )
        )
        # Last, and not deferred: when it has come in, all that it needs is there.
        after = "</script>" + (f"<script>{inline}</script>" if inline else "") + "</body></html>"
        styles = (self._css, sizes, self._author_css)
        policy = self.policy(styles, (import_map, inline), with_head=True)
        return Frame.of(before.encode(), after.encode()), policy

    def _skeleton(self, wanted: Sequence[str]) -> tuple[str, str]:
        if not self._is_drawn or not self.is_built:
            return "", ""
        drawing = Skeleton(
            self._spec, self._plugins, lambda text: translated(text, self._texts, wanted), self._footer
        )
        return drawing.draw()

    def login_page(
        self,
        root_path: str,
        message: str | None,
        problem: str = "",
        *,
        user: str = "",
        theme: str = "",
        wanted: Sequence[str] = (),
    ) -> tuple[bytes, str]:
        """Return the page that asks for name and password, and its policy."""
        shown = f'<p role="alert" id="pb-problem">{html.escape(problem)}</p>' if problem else ""
        body = LOGIN.format(
            title=html.escape(self.title(wanted)),
            message=html.escape(translated(message or "Please log in.", self._texts, wanted)),
            root=html.escape(root_path),
            user=html.escape(user[:200]),
            marks=' aria-invalid="true" aria-describedby="pb-problem"' if problem else "",
            problem=shown,
        )
        return self.note_page(body, root_path, theme=theme, wanted=wanted)

    def note_page(
        self,
        body: str,
        root_path: str,
        *,
        title: str | None = None,
        theme: str = "",
        reload_s: int | None = None,
        wanted: Sequence[str] = (),
    ) -> tuple[bytes, str]:
        """Return a page without script, in the app's colours, and its policy."""
        css = self._css if NOTE_CSS in self._css else self._css + NOTE_CSS
        reload = f'<meta http-equiv="refresh" content="{reload_s}">' if reload_s else ""
        text = (
            f"<!doctype html><html{_marks(theme, wanted, self._texts)}><head>"
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(title or self.title(wanted))}</title>{reload}"
            f'<link rel="icon" href="{html.escape(root_path)}/favicon.ico">'
            f"<style>{css}</style></head><body>{body}</body></html>"
        )
        return text.encode(), self.policy((css,))


def asked_theme(query: Mapping[str, Any]) -> str:
    """Return the theme that an address asks for with ``__theme``, or nothing."""
    asked = str(query.get("__theme", ""))
    return asked if asked in ("light", "dark") else ""


def _marks(theme: str, wanted: Sequence[str], texts: Mapping[str, Any]) -> str:
    bases = _bases(texts)
    language = next((name for name in wanted if name.partition("-")[0] in bases), "en")
    return f' lang="{html.escape(language)}"' + (f' data-theme="{theme}"' if theme else "")


def _bases(texts: Mapping[str, Any]) -> set[str]:
    return {name.partition("-")[0] for name in texts}


def _inlined(css: str) -> str:
    # A sheet inside HTML ends at the first "</style"; CSS reads an escaped slash as a slash.
    return css.replace("\r\n", "\n").replace("\r", "\n").replace("</", "<\\/").strip()
