"""Endpoints as tools for AI assistants: the Model Context Protocol over streamable HTTP.

The protocol itself is the official SDK's (``pip install "pegboard-core[mcp]"``); this file says what the
tools are and runs them through the queue like any other event. The app's own gate stands in front, so
login, Host and Origin checks are those of every other route. Nothing here is imported unless an app asks
for it.

Source: modelcontextprotocol.io, and the behaviour of Gradio's own MCP server for names and schemas.
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as HttpRequest
from starlette.types import Message, Receive, Scope, Send

from pegboard import __version__, wire
from pegboard.docstring import read_docstring
from pegboard.errors import OptionError, QueueFull, UserError
from pegboard.events import Listener
from pegboard.mcp import Mark, mark_of
from pegboard.payload import FILE_MARKER, is_file_dict
from pegboard.queue.job import Call, SessionId
from pegboard.queue.messages import Ended, Progressed
from pegboard.queue.outbox import Outbox
from pegboard.server.answers import JsonAnswer
from pegboard.server.calls import facts_of, private_session
from pegboard.server.guard import Visitor
from pegboard.server.info import Parameter, is_api_block, is_file_schema, parameters_of
from pegboard.server.routes import JSON_LIMIT_BYTES

if TYPE_CHECKING:
    from pegboard.server.site import Site

NAME_LIMIT = 120
IMAGE_LIMIT_BYTES = 8 * 1024 * 1024
_VISITOR = "pegboard.visitor"
_FILE_TEXT = "a file: an http(s) address, or a base64 data: address"


@dataclass(frozen=True)
class Offer:
    """One endpoint as assistants see it: a tool, a resource or a prompt."""

    name: str
    description: str
    listener: Listener
    parameters: tuple[Parameter, ...]
    schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    mark: Mark


class McpServer:
    """The MCP side of one app.

    Raises:
        OptionError: The SDK is not installed.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self.offers = offers_of(site)
        self._manager = self._make_manager()
        self._stopping: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start what the SDK runs beside its requests."""
        ready, self._stopping = asyncio.Event(), asyncio.Event()
        stopping = self._stopping

        async def serve() -> None:
            # Entered and left in one task, as the SDK's task group demands.
            async with self._manager.run():
                ready.set()
                await stopping.wait()

        self._task = asyncio.get_running_loop().create_task(serve())
        waiting = asyncio.ensure_future(ready.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def stop(self) -> None:
        """End every conversation."""
        if self._stopping is not None and self._task is not None:
            self._stopping.set()
            with suppress(Exception):
                await asyncio.wait_for(self._task, 5)

    # -- routes ------------------------------------------------------------------------------------

    async def conversation(self, request: HttpRequest, visitor: Visitor) -> Any:
        """Hand a request to the SDK."""
        request.scope[_VISITOR] = visitor
        return _Handed(self._manager)

    async def schema(self, request: HttpRequest, visitor: Visitor) -> Any:
        """List the tools as JSON, for people and programs that speak no MCP."""
        return JsonAnswer(
            [
                {
                    "name": offer.name,
                    "description": offer.description,
                    "inputSchema": offer.schema,
                    "endpoint_name": f"/{offer.listener.api_name}",
                    **({"outputSchema": offer.output_schema} if offer.output_schema else {}),
                }
                for offer in self._wanted("tool", request.query_params.get("tools"))
            ]
        )

    def _wanted(self, kind: str, tools: str | None = None) -> list[Offer]:
        found = [offer for offer in self.offers if offer.mark.kind == kind]
        if tools is None:
            return found
        names = {name.strip() for name in tools.split(",")}
        return [offer for offer in found if offer.name in names]

    # -- what the SDK asks -------------------------------------------------------------------------

    def _make_manager(self) -> Any:
        try:
            import mcp_types as types
            from mcp.server.lowlevel import Server
            from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
        except ImportError as problem:
            raise OptionError(
                "launch(mcp_server=)",
                got=True,
                expected=f"the package mcp, version 2 ({problem})",
                fix='pip install "pegboard-core[mcp]"',
            ) from None

        async def list_tools(ctx: Any, params: Any) -> Any:
            asked = ctx.request.query_params.get("tools") if ctx.request is not None else None
            tools = [
                types.Tool(
                    name=offer.name,
                    description=offer.description or None,
                    input_schema=offer.schema,
                    output_schema=offer.output_schema,
                )
                for offer in self._wanted("tool", asked)
            ]
            return types.ListToolsResult(tools=tools)

        async def call_tool(ctx: Any, params: Any) -> Any:
            asked = ctx.request.query_params.get("tools")
            offer = _named(self._wanted("tool", asked), params.name)
            if offer is None:
                return _failed(types, f"There is no tool {params.name[:100]!r}.")
            try:
                data = await self._run(offer, params.arguments or {}, ctx)
            except UserError as problem:
                return _failed(types, problem.message)
            content = [part for value in data for part in self._content(types, value, ctx)]
            structured = None
            if offer.output_schema is not None:
                structured = {"result": data[0] if len(data) == 1 else data}
            return types.CallToolResult(content=content, structured_content=structured)

        async def list_resources(ctx: Any, params: Any) -> Any:
            found = [
                types.Resource(
                    uri=offer.mark.uri_template, name=offer.name,
                    description=offer.description or None, mime_type=offer.mark.mime_type,
                )
                for offer in self._wanted("resource")
                if "{" not in offer.mark.uri_template
            ]  # fmt: skip
            return types.ListResourcesResult(resources=found)

        async def list_templates(ctx: Any, params: Any) -> Any:
            found = [
                types.ResourceTemplate(
                    uri_template=offer.mark.uri_template, name=offer.name,
                    description=offer.description or None, mime_type=offer.mark.mime_type,
                )
                for offer in self._wanted("resource")
                if "{" in offer.mark.uri_template
            ]  # fmt: skip
            return types.ListResourceTemplatesResult(resource_templates=found)

        async def read_resource(ctx: Any, params: Any) -> Any:
            uri = str(params.uri)
            for offer in self._wanted("resource"):
                given = _matched(offer.mark.uri_template, uri)
                if given is not None:
                    data = await self._run(offer, given, ctx)
                    contents = [self._contents(types, uri, offer, value, ctx) for value in data]
                    return types.ReadResourceResult(contents=contents)
            raise ValueError(f"There is no resource {uri[:200]!r}.")

        async def list_prompts(ctx: Any, params: Any) -> Any:
            found = [
                types.Prompt(
                    name=offer.name,
                    description=offer.description or None,
                    arguments=[
                        types.PromptArgument(
                            name=name,
                            description=facts.get("description"),
                            required=name in offer.schema["required"],
                        )
                        for name, facts in offer.schema["properties"].items()
                    ],
                )
                for offer in self._wanted("prompt")
            ]
            return types.ListPromptsResult(prompts=found)

        async def get_prompt(ctx: Any, params: Any) -> Any:
            offer = _named(self._wanted("prompt"), params.name)
            if offer is None:
                raise ValueError(f"There is no prompt {params.name[:100]!r}.")
            data = await self._run(offer, dict(params.arguments or {}), ctx)
            messages = [
                types.PromptMessage(role="user", content=part)
                for value in data
                for part in self._content(types, value, ctx)
            ]
            return types.GetPromptResult(description=offer.description, messages=messages)

        server: Any = Server(
            self._site.spec.title,
            version=__version__,
            on_list_tools=list_tools,
            on_call_tool=call_tool,
            on_list_resources=list_resources,
            on_list_resource_templates=list_templates,
            on_read_resource=read_resource,
            on_list_prompts=list_prompts,
            on_get_prompt=get_prompt,
        )
        # Every request stands for itself: nothing to keep for assistants that never say goodbye.
        return StreamableHTTPSessionManager(
            server, stateless=True, max_request_body_size=JSON_LIMIT_BYTES
        )

    # -- running -----------------------------------------------------------------------------------

    async def _run(self, offer: Offer, given: Mapping[str, Any], ctx: Any) -> list[Any]:
        """Run an endpoint through the queue; return one wire value per output that clients see.

        Raises:
            UserError: The arguments are not usable, or the function failed.
        """
        site, listener = self._site, offer.listener
        visitor: Visitor = ctx.request.scope[_VISITOR]
        # A session of its own: state begins at its initial value, and nothing stays.
        session_hash = f"mcp-{secrets.token_urlsafe(16)}"
        session = private_session(visitor, session_hash)
        call = Call(
            function_id=listener.id,
            session=session,
            data=_inputs(offer, given),
            request=facts_of(ctx.request, visitor, session_hash),
        )
        if listener.validator is not None:
            failures = await site.runner.validate(call)
            if failures:
                raise UserError("\n".join(str(item.get("message", "")) for item in failures))
        outbox = Outbox(keeps_all=True, kept_bytes=site.options.stream_buffer_bytes)
        try:
            event_id = site.engine.submit(call, outbox, is_single=True)
        except QueueFull as full:
            raise UserError(str(full)) from None
        try:
            end = await self._follow(outbox, ctx)
        except asyncio.CancelledError:
            site.engine.cancel(event_id, session)
            raise
        finally:
            site.forget(SessionId(session))
        if end.output is None:
            words = end.failure.error if end.failure is not None else None
            raise UserError(words or "The function failed; the server's log says why.")
        return [
            wire.loads(wire.dumps(value))
            for block_id, value in zip(listener.outputs, end.output.data)
            if is_api_block(site.spec, block_id)
        ]

    async def _follow(self, outbox: Outbox, ctx: Any) -> Ended:
        """Wait for the end; tell of progress on the way."""
        seen = 0
        while True:
            await outbox.wait(seen)
            for number, message in outbox.since(seen):
                seen = number
                if isinstance(message, Ended):
                    return message
                if isinstance(message, Progressed) and message.units:
                    bar = message.units[-1]
                    at, total = (
                        (bar.index or 0, bar.length)
                        if bar.progress is None
                        else (bar.progress, 1.0)
                    )
                    await ctx.session.report_progress(at, total, bar.desc)

    # -- results -----------------------------------------------------------------------------------

    def _content(self, types: Any, value: Any, ctx: Any) -> list[Any]:
        """Return one output as content: pictures as pictures, files by address, the rest as text."""
        files = list(_files_in(value))
        if not files:
            text = value if isinstance(value, str) else wire.dumps(value).decode()
            return [types.TextContent(text=text)]
        parts: list[Any] = []
        for file in files:
            kind, content = self._picture(file, ctx)
            if content is not None:
                encoded = base64.b64encode(content).decode()
                parts.append(types.ImageContent(data=encoded, mime_type=kind))
            word = "Image" if content is not None else "File"
            parts.append(types.TextContent(text=f"{word} URL: {file.get('url') or file['path']}"))
        if not is_file_dict(value):
            parts.append(types.TextContent(text=wire.dumps(value).decode()))
        return parts

    def _contents(self, types: Any, uri: str, offer: Offer, value: Any, ctx: Any) -> Any:
        for file in _files_in(value):
            stored = self._stored(file, ctx)
            if stored is not None:
                blob = base64.b64encode(stored.path.read_bytes()).decode()
                kind = offer.mark.mime_type or stored.mime_type
                return types.BlobResourceContents(uri=uri, blob=blob, mime_type=kind)
        text = value if isinstance(value, str) else wire.dumps(value).decode()
        kind = offer.mark.mime_type or "text/plain"
        return types.TextResourceContents(uri=uri, text=text, mime_type=kind)

    def _picture(self, file: dict[str, Any], ctx: Any) -> tuple[str, bytes | None]:
        stored = self._stored(file, ctx)
        kind = str(file.get("mime_type") or (stored.mime_type if stored else "") or "")
        if stored is None or not kind.startswith("image/") or stored.size > IMAGE_LIMIT_BYTES:
            return kind, None
        return kind, stored.path.read_bytes()

    def _stored(self, file: dict[str, Any], ctx: Any) -> Any:
        visitor: Visitor = ctx.request.scope[_VISITOR]
        return self._site.files.find(str(file.get("path") or ""), visitor.username)


class _Handed:
    """A request that the SDK answers; only headers of ours are added."""

    status_code = 200

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self.raw_headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self.raw_headers]}
            await send(message)

        await self._manager.handle_request(scope, receive, send_with_headers)


# -- what there is -----------------------------------------------------------------------------------


def offers_of(site: Site) -> list[Offer]:
    """Return every public endpoint as assistants see it."""
    spec = site.spec
    found: list[Offer] = []
    taken: set[str] = set()
    for listener in spec.listeners:
        if listener.fn is None or listener.api_visibility != "public":
            continue
        mark = mark_of(listener.fn)
        name = _tool_name(mark, listener, taken)
        parameters = tuple(parameters_of(spec, listener))
        doc = read_docstring(listener.api_description)
        if any(block_id in spec.states for block_id in listener.inputs):
            warnings.warn(
                f"The MCP tool '{name}' has a State among its inputs; every call of an assistant "
                "gets its initial value",
                stacklevel=2,
            )
        returned = [
            spec.components[block_id].api_schema("output")
            for block_id in listener.outputs
            if is_api_block(spec, block_id) and block_id in spec.components
        ]
        found.append(
            Offer(
                name=name,
                description=doc.text if mark.description is None else mark.description,
                listener=listener,
                parameters=parameters,
                schema=_input_schema(parameters, doc.arguments),
                output_schema=_output_schema(returned) if mark.structured_output else None,
                mark=mark,
            )
        )
    return found


def _tool_name(mark: Mark, listener: Listener, taken: set[str]) -> str:
    own = getattr(listener.fn, "__name__", type(listener.fn).__name__)
    wanted = mark.name or (listener.api_name if own == "<lambda>" else own)
    base = re.sub(r"[^a-zA-Z0-9]", "_", wanted)[:NAME_LIMIT]
    name, number = base, 0
    while name in taken:
        number += 1
        name = f"{base[: NAME_LIMIT - 1 - len(str(number))]}_{number}"
    taken.add(name)
    return name


def _input_schema(parameters: tuple[Parameter, ...], texts: Mapping[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for item in parameters:
        schema = dict(simplified(item.component.api_schema("input")))
        said = " ".join(part for part in (texts.get(item.name), schema.get("description")) if part)
        schema["description"] = said or item.label
        if item.has_default:
            schema["default"] = item.default
        properties[item.name] = schema
    return {
        "type": "object",
        "properties": properties,
        "required": [item.name for item in parameters if not item.has_default],
        "additionalProperties": False,
    }


def _output_schema(returned: list[dict[str, Any]]) -> dict[str, Any]:
    schemas: list[dict[str, Any]] = [
        {"anyOf": [schema or {}, {"type": "null"}]} for schema in returned
    ]
    one: dict[str, Any] = (
        schemas[0] if len(schemas) == 1 else {"type": "array", "prefixItems": schemas}
    )
    return {"type": "object", "properties": {"result": one}, "required": ["result"]}


def simplified(schema: Any) -> Any:
    """Return a schema with every file object replaced by a text: assistants have only addresses."""
    if isinstance(schema, Mapping):
        if is_file_schema(schema):
            return {"type": "string", "description": _FILE_TEXT}
        return {name: simplified(item) for name, item in schema.items()}
    if isinstance(schema, list):
        return [simplified(item) for item in schema]
    return schema


def _inputs(offer: Offer, given: Mapping[str, Any]) -> list[Any]:
    known = {item.name for item in offer.parameters}
    unknown = [name for name in given if name not in known]
    missing = [p.name for p in offer.parameters if p.name not in given and not p.has_default]
    if unknown or missing:
        raise UserError(
            UserError.three_parts(
                f"The arguments of {offer.name} do not fit.",
                got=", ".join(map(repr, given)) or "none",
                expected=f"the arguments {', '.join(sorted(known)) or '(none)'}",
                fix=" and ".join(
                    [
                        *([f"leave out {', '.join(map(repr, unknown))}"] if unknown else []),
                        *([f"add {', '.join(map(repr, missing))}"] if missing else []),
                    ]
                ),
            )
        )
    data: list[Any] = [None] * len(offer.listener.inputs)
    for item in offer.parameters:
        if item.name not in given:
            data[item.position] = item.default
        else:
            schema = item.component.api_schema("input")
            data[item.position] = _with_files(schema, given[item.name])
    return data


def _with_files(schema: Any, value: Any) -> Any:
    """Return a value in which texts in the place of files have become file objects."""
    if not isinstance(schema, Mapping):
        return value
    if is_file_schema(schema) and isinstance(value, str):
        is_address = value.startswith(("http://", "https://", "data:"))
        url = value if is_address else f"data:application/octet-stream;base64,{value}"
        return {"path": url, "url": url, "meta": {"_type": FILE_MARKER}}
    if isinstance(value, list) and "items" in schema:
        return [_with_files(schema["items"], item) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        return {
            name: _with_files(schema["properties"].get(name), item) for name, item in value.items()
        }
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        changed = _with_files(option, value)
        if changed is not value and changed != value:
            return changed
    return value


def _files_in(value: Any) -> Any:
    if is_file_dict(value):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _files_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _files_in(item)


def _named(offers: list[Offer], name: str) -> Offer | None:
    return next((offer for offer in offers if offer.name == name), None)


def _matched(template: str, uri: str) -> dict[str, str] | None:
    """Return the parts of an address that fill a template's braces, ``None`` when it does not fit."""
    from urllib.parse import unquote

    parts = re.split(r"\{(\w+)\}", template)
    pattern = "".join(
        f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
    match = re.fullmatch(pattern, uri)
    return None if match is None else {name: unquote(text) for name, text in match.groupdict().items()}


def _failed(types: Any, text: str) -> Any:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
