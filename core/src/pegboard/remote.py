"""A page rebuilt from a running app's public config; its events are sent to that app.

Everything goes through the public client library (``pip install "pegboard-core[client]"``): payloads are
handed through as they are, files are fetched from and uploaded to the remote app and nobody else. Each
visitor has a session of their own there, so the remote app's state stays theirs.

Not carried over, because a config does not say how: scripts of the remote page, and its example tables.

Source: the public config of Gradio 5 and 6 (``/config``).
"""

from __future__ import annotations

import inspect
import tempfile
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pegboard import layout as layouts
from pegboard.blocks import Blocks, on
from pegboard.component import Component
from pegboard.endpoint import ApiValue
from pegboard.errors import Error, OptionError, PluginError
from pegboard.events import BoundEvent, Dependency
from pegboard.layout import Layout
from pegboard.naming import class_named
from pegboard.payload import FILE_MARKER, FileRef, is_file_dict
from pegboard.request import Request
from pegboard.state import State
from pegboard.updates import skip

CLIENTS_KEPT = 64
FILE_LIMIT_BYTES = 512 * 1024 * 1024
CHUNK_BYTES = 1 << 20

_CONTAINERS: dict[str, type[Layout]] = {
    "row": layouts.Row,
    "column": layouts.Column,
    "group": layouts.Group,
    "accordion": layouts.Accordion,
    "tabs": layouts.Tabs,
    "tab": layouts.Tab,
    "tabitem": layouts.Tab,
    "sidebar": layouts.Sidebar,
}
_TRANSPARENT = frozenset({"form", "column_"})
# An example table is made of values that live in the other app's process.
_LEFT_OUT = frozenset({"dataset"})


def load_remote(url: str, token: str | None, options: Mapping[str, Any]) -> Blocks:
    """Return a page like that of the app at ``url``.

    Raises:
        OptionError: The client library is missing, or there is no such app.
    """
    known = {name: options[name] for name in ("auth", "headers") if name in options}
    ignored = sorted(set(options) - set(known))
    if ignored:
        warnings.warn(
            f"load(): {', '.join(ignored)} have no effect, because the app at {url} is a page of its own",
            stacklevel=3,
        )
    remote = _Remote(url, token, known)
    return _Rebuilt(remote).page()


class _Remote:
    """The other app: one client for its description, and one for each visitor."""

    def __init__(self, url: str, token: str | None, options: Mapping[str, Any]) -> None:
        self.url = url
        headers = dict(options.get("headers") or {})
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {token}")
        self._options = {"auth": options.get("auth"), "headers": headers}
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, Any] = OrderedDict()
        self._folder = Path(tempfile.mkdtemp(prefix="pegboard-remote-"))
        first = self._connect()
        self.config: dict[str, Any] = first.config
        self._endpoints = first.endpoints

    def parameter_names(self, number: int) -> list[str]:
        """Return what clients call the arguments of a listener; empty where a name cannot be Python's."""
        found = [
            str(item.get("parameter_name")) for item in self._endpoints[number].parameters_info or ()
        ]
        usable = len(set(found)) == len(found) and all(
            name.isidentifier() and name != "request" for name in found
        )
        return found if usable else []

    def _connect(self) -> Any:
        try:
            from gradio_client import Client
        except ImportError:
            raise OptionError(
                "load(name=)",
                got=self.url,
                expected="the package gradio_client, which speaks to the other app",
                fix='pip install "pegboard-core[client]"',
            ) from None
        try:
            client = Client(
                self.url,
                # A token that is saved on this machine for another service is nobody's business here.
                token=False,
                verbose=False,
                analytics_enabled=False,
                download_files=False,
                _skip_components=False,
                **self._options,
            )
        except Exception as problem:
            raise OptionError(
                "load(name=)",
                got=f"{self.url} ({type(problem).__name__}: {problem})"[:300],
                expected="the address of a running Pegboard or Gradio app",
                fix="open the address in a browser; if it asks for a login, pass auth=(user, password)",
            ) from None
        for endpoint in client.endpoints.values():
            # What the page itself may call, its copy may call.
            endpoint.is_valid = bool(endpoint.backend_fn)
        return client

    def client(self, session: str) -> Any:
        """Return a visitor's client."""
        with self._lock:
            found = self._clients.get(session)
            if found is None:
                found = self._clients[session] = self._connect()
                while len(self._clients) > CLIENTS_KEPT:
                    self._clients.popitem(last=False)[1].close()
            self._clients.move_to_end(session)
            return found

    def fetch(self, client: Any, file: Mapping[str, Any]) -> FileRef | None:
        """Return a file of the other app as a local one.

        Only ever asked of the other app itself: the address is made from its own, never taken from a
        value.
        """
        import httpx

        path = str(file.get("path") or "")
        if not path:
            return None
        name = str(file.get("orig_name") or path.rsplit("/", 1)[-1]) or "file"
        target = Path(tempfile.mkdtemp(dir=self._folder)) / (path.rsplit("/", 1)[-1] or "file")[-120:]
        size = 0
        with httpx.stream(
            "GET",
            f"{client.src_prefixed}file={quote(path)}",
            headers=client.headers,
            cookies=client.cookies,
            timeout=60,
        ) as answer, target.open("wb") as out:
            answer.raise_for_status()
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                size += len(chunk)
                if size > FILE_LIMIT_BYTES:
                    raise Error(f"The other app's file is larger than {FILE_LIMIT_BYTES} bytes.")
                out.write(chunk)
        kind = file.get("mime_type")
        return FileRef.from_path(target, orig_name=name, mime_type=kind if isinstance(kind, str) else None)

    def local(self, client: Any, value: Any) -> Any:
        """Return a payload of the other app with its files fetched."""
        if is_file_dict(value):
            return self.fetch(client, value)
        if isinstance(value, dict):
            return {name: self.local(client, item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.local(client, item) for item in value]
        return value


class _Rebuilt:
    """One page on its way from a config to a `Blocks`."""

    def __init__(self, remote: _Remote) -> None:
        self._remote = remote
        self._config = remote.config
        self._facts = {item["id"]: item for item in self._config["components"]}
        self._blocks: dict[int, Any] = {}
        self._states: set[int] = set()

    def page(self) -> Blocks:
        """Return the page."""
        title = self._config.get("title") or "Pegboard"
        with Blocks(
            title=title,
            mode=str(self._config.get("mode") or "blocks"),
            fill_height=bool(self._config.get("fill_height")),
            fill_width=bool(self._config.get("fill_width")),
        ) as page:
            for child in self._config["layout"].get("children", ()):
                self._place(child)
            placed = set(self._blocks)
            for facts in self._config["components"]:
                # What has no place is not seen, but may be named by listeners: state, above all.
                if facts["id"] not in placed and facts["type"] == "state":
                    self._states.add(facts["id"])
            self._listen(page)
        return page

    # -- blocks ------------------------------------------------------------------------------------

    def _place(self, node: Mapping[str, Any]) -> None:
        facts = self._facts.get(node["id"])
        children = node.get("children") or ()
        kind = str(facts["type"]) if facts is not None else ""
        if facts is None or kind in _TRANSPARENT:
            for child in children:
                self._place(child)
            return
        container = _CONTAINERS.get(kind)
        if container is not None:
            with container(**_accepted(container.__init__, facts["props"])) as block:
                self._blocks[node["id"]] = block
                for child in children:
                    self._place(child)
            return
        if kind == "state":
            self._states.add(node["id"])
        elif kind not in _LEFT_OUT:
            self._blocks[node["id"]] = self._component(kind, facts["props"])

    def _component(self, kind: str, props: Mapping[str, Any]) -> Component[Any, Any, Any]:
        label = props.get("label")
        try:
            cls = class_named(kind)
        except PluginError as problem:
            warnings.warn(
                f"load(): the other app shows a {kind}, which is not installed here, so it is left out "
                f"of the page ({str(problem).splitlines()[0]})",
                stacklevel=6,
            )
            return ApiValue(label=label)
        known = {name: value for name, value in props.items() if name in _options_of(cls)}
        known.pop("value", None)
        try:
            component = cls(**known)
        except OptionError:
            # An option may mean something else, or be newer, there.
            component = cls(**{name: known[name] for name in ("label", "visible") if name in known})
        value = props.get("value")
        if value is not None and not callable(value):
            component._initial = self._initial(component, value)
        return component

    def _initial(self, component: Component[Any, Any, Any], payload: Any) -> Any:
        if component.carries_files:
            payload = self._remote.local(self._remote.client(""), payload)
        try:
            value = component.preprocess(payload)
            component.postprocess(value)
        except Exception:
            return None  # an initial value of a form that only the other app understands
        return value

    # -- listeners ---------------------------------------------------------------------------------

    def _listen(self, page: Blocks) -> None:
        made: dict[int, Dependency] = {}
        for number, facts in enumerate(self._config["dependencies"]):
            dependency = self._listener(page, int(facts.get("id", number)), facts, made)
            if dependency is not None:
                made[int(facts.get("id", number))] = dependency

    def _listener(
        self, page: Blocks, number: int, facts: Mapping[str, Any], made: Mapping[int, Dependency]
    ) -> Dependency | None:
        own = self._config.get("pegboard", {}).get("listeners", {}).get(str(number), {})
        events = self._events(page, facts, made)
        if not events:
            return None
        if "set_values" in own:
            members = [self._blocks[one] for one in facts["outputs"] if one in self._blocks]
            made_clear: Dependency = events[0].clears(members)
            return made_clear
        cancels = [made[one] for one in facts.get("cancels") or () if one in made]
        if not facts.get("backend_fn") and not cancels:
            return None  # a script of the other page
        inputs = [one for one in facts["inputs"] if one not in self._states]
        outputs = [one for one in facts["outputs"] if one not in self._states]
        if any(one not in self._blocks for one in inputs):
            return None  # it reads an example table
        shown = [one for one in outputs if one in self._blocks]
        visibility = facts.get("api_visibility") or (
            "private" if facts.get("api_name") is False else "public"
        )
        options: dict[str, Any] = {
            "api_name": facts.get("api_name") or None,
            "api_visibility": visibility,
            "api_description": facts.get("api_description") or False,
            "scroll_to_output": bool(facts.get("scroll_to_output")),
            "show_progress": facts.get("show_progress") or "full",
            "queue": facts.get("queue") is not False,
            "trigger_mode": facts.get("trigger_mode") or None,
            "cancels": cancels or None,
            "concurrency_limit": None,  # the other app keeps its own limits
            "preprocess": False,
            "postprocess": False,
        }
        fn = None
        if facts.get("backend_fn"):
            fn = _call(self._remote, number, facts, shown, self._states)
        dependency: Dependency = on(
            events,
            fn,
            [self._blocks[one] for one in inputs],
            [self._blocks[one] for one in shown],
            **options,
        )
        return dependency

    def _events(
        self, page: Blocks, facts: Mapping[str, Any], made: Mapping[int, Dependency]
    ) -> list[Any]:
        after = facts.get("trigger_after")
        if after is not None:
            if after not in made:
                return []
            if facts.get("trigger_only_on_success"):
                return [made[after].success]
            return [made[after].failure if facts.get("trigger_only_on_failure") else made[after].then]
        if not facts.get("targets"):
            # An endpoint for clients alone.
            return [BoundEvent(page, "api")] if facts.get("backend_fn") else []
        events = []
        for block_id, event in facts["targets"]:
            block = self._blocks.get(block_id)
            if block is None and event == "load" and block_id not in self._facts:
                events.append(page.load)
            elif block is not None and not isinstance(block, State):
                found = getattr(block, str(event), None)
                if callable(found):
                    events.append(found)
        return events


def _call(
    remote: _Remote,
    number: int,
    facts: Mapping[str, Any],
    shown: list[int],
    states: set[int],
) -> Callable[..., Any]:
    """Return the function that has the other app do it."""
    is_generator = bool((facts.get("types") or {}).get("generator"))

    def submit(request: Request, values: tuple[Any, ...]) -> tuple[Any, Any]:
        client = remote.client(request.session_hash or "")
        given = iter(values)
        # State is the other app's own: a null stands in its place.
        sent = [None if one in states else _outgoing(next(given)) for one in facts["inputs"]]
        return client, client.submit(*sent, fn_index=number)

    def results(client: Any, output: Any) -> Any:
        given = list(output) if len(facts["outputs"]) != 1 else [output]
        by_id = dict(zip(facts["outputs"], given))
        values = [remote.local(client, by_id.get(one, skip())) for one in shown]
        if not values:
            return None
        return values[0] if len(values) == 1 else tuple(values)

    def call(request: Request, *values: Any) -> Any:
        client, job = submit(request, values)
        return results(client, _result(job))

    def stream(request: Request, *values: Any) -> Iterator[Any]:
        client, job = submit(request, values)
        try:
            last: Any = skip
            for output in job:
                last = output
                yield results(client, output)
            final = _result(job)
            # Most often the last step again; not so when media that played piece by piece became a file.
            if last is skip or final != last:
                yield results(client, final)
        finally:
            if not job.done():
                job.cancel()

    fn: Callable[..., Any] = stream if is_generator else call
    names = remote.parameter_names(number)
    if len(names) == len(set(facts["inputs"]) - states):
        taken = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        fn.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [taken, *(taken.replace(name=name) for name in names)]
        )
    fn.__name__ = str(facts.get("api_name") or "remote")
    fn.takes_file_refs = True  # type: ignore[attr-defined]
    return fn


def _result(job: Any) -> Any:
    from gradio_client.exceptions import AppError

    try:
        return job.result()
    except AppError as problem:
        raise Error(
            str(problem.message if hasattr(problem, "message") else problem),
            duration=getattr(problem, "duration", 10),
            visible=bool(getattr(problem, "visible", True)),
            title=str(getattr(problem, "title", None) or "Error"),
            print_exception=False,
        ) from None


def _outgoing(value: Any) -> Any:
    """Return a payload for the other app: local files are named so that the client uploads them."""
    if isinstance(value, FileRef):
        if value.path is None:
            return None
        return {
            "path": str(value.path),
            "orig_name": value.orig_name,
            "meta": {"_type": FILE_MARKER},
        }
    if isinstance(value, dict):
        return {name: _outgoing(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_outgoing(item) for item in value]
    return value


def _options_of(cls: type[Component[Any, Any, Any]]) -> set[str]:
    from pegboard.component import props_model

    plain: type = cls  # a bare type is what the checker takes for hashable
    return {name.removeprefix("option_") for name in props_model(plain).model_fields}


def _accepted(fn: Callable[..., Any], props: Mapping[str, Any]) -> dict[str, Any]:
    known = set(inspect.signature(fn).parameters) - {"self", "render", "key", "preserved_by_key"}
    return {name: value for name, value in props.items() if name in known}
