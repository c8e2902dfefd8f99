"""The config: what ``/config`` answers and what the page is drawn from.

Encoded once per public address, with the parts that never change encoded only once. Values given as
functions (``value=lambda: ...``) are asked again for each page, as their authors expect.
"""

from __future__ import annotations

import gzip
import logging
from collections import OrderedDict
from typing import Any

from pegboard import tooling, wire
from pegboard.errors import PegboardError, UserError
from pegboard.events import Listener
from pegboard.files import FileStore
from pegboard.manifest import PROTOCOL_TEXT
from pegboard.server.bundles import Bundles, PluginAssets
from pegboard.spec import AppSpec, LayoutNode

log = logging.getLogger("pegboard.server")

VERSION = "6.31.0+pegboard.0.1.0"
"""Compatible with clients that compare it with Gradio's own versions; ours is the local part."""

API_PREFIX = "/gradio_api"
MAX_ROOTS = 16


class ConfigMaker:
    """Makes the config of one app for any public address."""

    def __init__(
        self,
        spec: AppSpec,
        files: FileStore,
        bundles: Bundles,
        *,
        app_id: str,
        facts: dict[str, Any],
    ) -> None:
        self._spec = spec
        self._files = files
        self._bundles = bundles
        self._facts = facts
        self._app_id = app_id
        self._encoded: OrderedDict[str, tuple[bytes, bytes]] = OrderedDict()
        self.plugins: dict[str, PluginAssets] = bundles.plugins_of(spec, svelte_of(bundles))
        self.module = bundles.add_module("app", module_source(spec)) if has_module(spec) else None
        self._moving = [
            component for component in spec.components.values() if callable(component._initial)
        ]

    def known(self, root_url: str, username: str | None = None) -> tuple[bytes, bytes] | None:
        """Return what `encoded` returns, if that takes no work."""
        return None if self._moving or username is not None else self._encoded.get(root_url)

    def encoded(self, root_url: str, username: str | None = None) -> tuple[bytes, bytes]:
        """Return the config as JSON, plain and gzipped.

        May run functions that the app's author gave as values, and fetch addresses: not for the loop.
        """
        if self._moving or username is not None:
            plain = wire.dumps(self.build(root_url, username))
            return plain, gzip.compress(plain, 5, mtime=0)
        known = self._encoded.get(root_url)
        if known is None:
            plain = wire.dumps(self.build(root_url))
            known = self._encoded[root_url] = (plain, gzip.compress(plain, 6, mtime=0))
            while len(self._encoded) > MAX_ROOTS:
                self._encoded.popitem(last=False)
        return known

    def build(self, root_url: str, username: str | None = None) -> dict[str, Any]:
        """Return the config as JSON values."""
        spec = self._spec
        return {
            "version": VERSION,
            "api_prefix": API_PREFIX,
            "app_id": self._app_id,
            "mode": spec.mode,
            "title": spec.title,
            "root": root_url,
            "space_id": None,
            "protocol": spec.protocol,
            "connect_heartbeat": False,
            "enable_queue": True,
            "analytics_enabled": False,
            "run_history": False,
            "username": username,
            "fill_height": spec.fill_height,
            "fill_width": spec.fill_width,
            "theme": None,
            "css": spec.css or None,
            "max_file_size": self._files.limit_bytes,
            **self._facts,
            "components": [self._component(block_id, root_url) for block_id in spec.blocks],
            "layout": _layout(spec.layout),
            "dependencies": [self._dependency(listener) for listener in spec.listeners],
            "pegboard": self._own(),
        }

    def _component(self, block_id: int, root_url: str) -> dict[str, Any]:
        block = self._spec.blocks[block_id]
        props = {**block.props, "name": block.type}
        component = self._spec.components.get(block_id)
        if component is not None and block_id not in self._spec.states:
            props["value"] = self._initial(component, root_url)
            if component.carries_files:
                props = self._files.publish_lasting(props, root_url, is_initial=True)
        return {
            "id": block_id,
            "type": block.type,
            "skip_api": block.skip_api or block_id in self._spec.states,
            "component_class_id": block.plugin or block.type,
            "props": props,
        }

    def _initial(self, component: Any, root_url: str) -> Any:
        try:
            value = component.initial_value()
            # A component's own idea of "empty" is the payload of None.
            payload = component.postprocess(value)
            if callable(component._initial):
                return self._files.publish(payload, root_url)
            return self._files.publish_lasting(payload, root_url, is_initial=True)
        except UserError as problem:
            log.warning("the initial value of %s: %s", component.described, problem)
            return None
        except PegboardError:
            raise
        except Exception:
            if not callable(component._initial):
                raise
            log.exception("the initial value of %s could not be made", component.described)
            return None

    def _dependency(self, listener: Listener) -> dict[str, Any]:
        return {
            "id": listener.id,
            "targets": [[target.block_id, target.event] for target in listener.targets],
            "inputs": list(listener.inputs),
            "outputs": list(listener.outputs),
            "backend_fn": listener.fn is not None,
            "js": True if listener.js else None,
            "queue": listener.queue,
            "api_name": listener.api_name,
            "api_visibility": listener.api_visibility,
            "api_description": listener.api_description,
            "scroll_to_output": listener.scroll_to_output,
            "show_progress": listener.show_progress,
            "show_progress_on": (
                list(listener.show_progress_on) if listener.show_progress_on is not None else None
            ),
            "batch": listener.batch,
            "max_batch_size": listener.max_batch_size,
            "cancels": list(listener.cancels),
            "types": {"generator": listener.is_generator, "cancel": bool(listener.cancels)},
            "collects_event_data": listener.collects_event_data,
            "trigger_after": listener.trigger_after,
            "trigger_only_on_success": listener.trigger_only_on_success,
            "trigger_only_on_failure": listener.trigger_only_on_failure,
            "trigger_mode": listener.trigger_mode,
            "time_limit": listener.time_limit,
            "stream_every": listener.stream_every,
            "connection": listener.connection,
            "rendered_in": None,
        }

    def _own(self) -> dict[str, Any]:
        spec = self._spec
        return {
            "protocol": PROTOCOL_TEXT,
            "plugins": {key: assets.to_wire() for key, assets in self.plugins.items()},
            "problems": {
                str(block.id): block.problem for block in spec.blocks.values() if block.problem is not None
            },
            "listeners": {
                str(listener.id): facts
                for listener in spec.listeners
                if (facts := _own_facts(listener))
            },
            "js": self.module,
            **({"dev": dict(tool.page)} if (tool := tooling.active()) else {}),
        }


def _own_facts(listener: Listener) -> dict[str, Any]:
    """Return what the page is told of a listener beyond the public protocol's keys."""
    facts: dict[str, Any] = {}
    if listener.set_values is not None:
        facts["set_values"] = list(listener.set_values)
    if listener.keeps_every_chunk:
        facts["keeps_every_chunk"] = True
    return facts


def svelte_of(bundles: Bundles) -> str | None:
    """Return the exact Svelte version that the shell ships for sharing."""
    version = bundles.shell.get("svelte")
    return version if isinstance(version, str) else None


def has_module(spec: AppSpec) -> bool:
    """Say whether the app's author wrote any script."""
    return bool(spec.js) or any(listener.js for listener in spec.listeners)


def module_source(spec: AppSpec) -> str:
    """Return the authors' scripts as one ES module (each was given as a function expression)."""
    lines = ["export const listeners = {"]
    for listener in spec.listeners:
        if listener.js:
            lines.append(f"{listener.id}: ({listener.js.strip().rstrip(';')}\n),")
    lines.append("};")
    load = spec.js.strip().rstrip(";")
    lines.append(f"export const load = ({load}\n);" if load else "export const load = null;")
    return "\n".join(lines) + "\n"


def _layout(node: LayoutNode) -> dict[str, Any]:
    return {"id": node.id, "children": [_layout(child) for child in node.children]}
