"""Pegboard: a web page for a Python function, out of components that are all plugins.

Names are imported when they are first used, so that importing the package is cheap. A name that is not
listed here is looked up among the installed components: ``pb.Textbox`` is whatever is installed as such.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "Accordion": "layout",
    "Blocks": "blocks",
    "CSVLogger": "flagging",
    "ClassicCSVLogger": "flagging",
    "Column": "layout",
    "Component": "component",
    "CopyData": "events",
    "Dataset": "layout",
    "DeletedFileData": "events",
    "DownloadData": "events",
    "EditData": "events",
    "Error": "errors",
    "Event": "events",
    "EventData": "events",
    "ExampleCell": "payload",
    "Examples": "examples",
    "FILE_SCHEMA": "component",
    "FileRef": "payload",
    "FlaggingCallback": "flagging",
    "Group": "layout",
    "Header": "request",
    "Info": "progress",
    "Interface": "interface",
    "KeyUpData": "events",
    "LikeData": "events",
    "PayloadError": "errors",
    "Progress": "progress",
    "Request": "request",
    "RetryData": "events",
    "Row": "layout",
    "SelectData": "events",
    "Sidebar": "layout",
    "SimpleCSVLogger": "flagging",
    "State": "state",
    "Success": "progress",
    "Tab": "layout",
    "TabItem": "layout",
    "TabbedInterface": "interface",
    "Tabs": "layout",
    "UndoData": "events",
    "ValueTypeError": "errors",
    "Warning": "progress",
    "api": "blocks",
    "close_all": "launch",
    "mount_gradio_app": "launch",
    "on": "blocks",
    "refuse_option": "component",
    "skip": "updates",
    "update": "updates",
}

__all__ = sorted(["__version__", *_HOMES])

if TYPE_CHECKING:
    from pegboard.blocks import Blocks, api, on
    from pegboard.component import FILE_SCHEMA, Component, refuse_option
    from pegboard.errors import Error, PayloadError, ValueTypeError
    from pegboard.events import (
        CopyData,
        DeletedFileData,
        DownloadData,
        EditData,
        Event,
        EventData,
        KeyUpData,
        LikeData,
        RetryData,
        SelectData,
        UndoData,
    )
    from pegboard.examples import Examples
    from pegboard.flagging import (
        ClassicCSVLogger,
        CSVLogger,
        FlaggingCallback,
        SimpleCSVLogger,
    )
    from pegboard.interface import Interface, TabbedInterface
    from pegboard.launch import close_all, mount_gradio_app
    from pegboard.layout import (
        Accordion,
        Column,
        Dataset,
        Group,
        Row,
        Sidebar,
        Tab,
        TabItem,
        Tabs,
    )
    from pegboard.payload import ExampleCell, FileRef
    from pegboard.progress import Info, Progress, Success, Warning
    from pegboard.request import Header, Request
    from pegboard.state import State
    from pegboard.updates import skip, update


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is not None:
        value = getattr(importlib.import_module(f"pegboard.{home}"), name)
        globals()[name] = value
        return value
    if name.startswith("_") or not name[:1].isupper():
        raise AttributeError(f"module 'pegboard' has no attribute {name!r}")
    from pegboard.plugins import index

    return index().class_for(name)


def __dir__() -> list[str]:
    from pegboard.plugins import index

    return sorted({*globals(), *_HOMES, *index().names()})
