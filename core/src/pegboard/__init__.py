"""Pegboard: a web page for a Python function, out of components that are all plugins.

Names are found when they are first used, so that importing this costs little. Any other name is looked
up among the installed components: ``pegboard.Textbox`` is whatever distribution provides a Textbox.
"""

from __future__ import annotations

import importlib
import importlib.machinery
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pegboard.blocks import Blocks as Blocks
    from pegboard.blocks import on as on
    from pegboard.component import FILE_SCHEMA as FILE_SCHEMA
    from pegboard.component import Component as Component
    from pegboard.component import refuse_option as refuse_option
    from pegboard.container import Container as Container
    from pegboard.dataset import Dataset as Dataset
    from pegboard.endpoint import api as api
    from pegboard.errors import Error as Error
    from pegboard.errors import PayloadError as PayloadError
    from pegboard.errors import PegboardError as PegboardError
    from pegboard.errors import ValueTypeError as ValueTypeError
    from pegboard.events import CopyData as CopyData
    from pegboard.events import DeletedFileData as DeletedFileData
    from pegboard.events import DownloadData as DownloadData
    from pegboard.events import EditData as EditData
    from pegboard.events import Event as Event
    from pegboard.events import EventData as EventData
    from pegboard.events import KeyUpData as KeyUpData
    from pegboard.events import LikeData as LikeData
    from pegboard.events import RetryData as RetryData
    from pegboard.events import SelectData as SelectData
    from pegboard.events import UndoData as UndoData
    from pegboard.examples import Examples as Examples
    from pegboard.flagging import ClassicCSVLogger as ClassicCSVLogger
    from pegboard.flagging import CSVLogger as CSVLogger
    from pegboard.flagging import FlaggingCallback as FlaggingCallback
    from pegboard.flagging import SimpleCSVLogger as SimpleCSVLogger
    from pegboard.helpers import FileData as FileData
    from pegboard.helpers import set_static_paths as set_static_paths
    from pegboard.helpers import validate as validate
    from pegboard.i18n import I18n as I18n
    from pegboard.interface import Interface as Interface
    from pegboard.interface import TabbedInterface as TabbedInterface
    from pegboard.launch import close_all as close_all
    from pegboard.launch import mount_gradio_app as mount_gradio_app
    from pegboard.launch import mount_pegboard_app as mount_pegboard_app
    from pegboard.layout import Accordion as Accordion
    from pegboard.layout import Column as Column
    from pegboard.layout import Group as Group
    from pegboard.layout import Row as Row
    from pegboard.layout import Sidebar as Sidebar
    from pegboard.layout import Tab as Tab
    from pegboard.layout import TabItem as TabItem
    from pegboard.layout import Tabs as Tabs
    from pegboard.loading import load as load
    from pegboard.oauth import OAuthProfile as OAuthProfile
    from pegboard.oauth import OAuthToken as OAuthToken
    from pegboard.openapi import load_openapi as load_openapi
    from pegboard.payload import ExampleCell as ExampleCell
    from pegboard.payload import FileRef as FileRef
    from pegboard.progress import Info as Info
    from pegboard.progress import Progress as Progress
    from pegboard.progress import Success as Success
    from pegboard.progress import Warning as Warning
    from pegboard.prose import Prose as Prose
    from pegboard.request import Header as Header
    from pegboard.request import Request as Request
    from pegboard.state import State as State
    from pegboard.streaming import MediaChunk as MediaChunk
    from pegboard.talking import load_chat as load_chat
    from pegboard.themes import Theme as Theme
    from pegboard.updates import skip as skip
    from pegboard.updates import update as update
    from pegboard.wire import Encoded as Encoded

_WHERE = {
    "Accordion": "layout",
    "Blocks": "blocks",
    "CSVLogger": "flagging",
    "ClassicCSVLogger": "flagging",
    "Column": "layout",
    "Component": "component",
    "Container": "container",
    "CopyData": "events",
    "Dataset": "dataset",
    "DeletedFileData": "events",
    "DownloadData": "events",
    "EditData": "events",
    "Encoded": "wire",
    "Error": "errors",
    "Event": "events",
    "EventData": "events",
    "Examples": "examples",
    "ExampleCell": "payload",
    "FILE_SCHEMA": "component",
    "FileData": "helpers",
    "FileRef": "payload",
    "FlaggingCallback": "flagging",
    "Group": "layout",
    "I18n": "i18n",
    "Header": "request",
    "Info": "progress",
    "Interface": "interface",
    "KeyUpData": "events",
    "LikeData": "events",
    "MediaChunk": "streaming",
    "OAuthProfile": "oauth",
    "OAuthToken": "oauth",
    "PayloadError": "errors",
    "PegboardError": "errors",
    "Progress": "progress",
    "Prose": "prose",
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
    "Theme": "themes",
    "UndoData": "events",
    "ValueTypeError": "errors",
    "Warning": "progress",
    "api": "endpoint",
    "close_all": "launch",
    "load": "loading",
    "load_chat": "talking",
    "load_openapi": "openapi",
    "mount_gradio_app": "launch",
    "mount_pegboard_app": "launch",
    "on": "blocks",
    "refuse_option": "component",
    "set_static_paths": "helpers",
    "skip": "updates",
    "update": "updates",
    "validate": "helpers",
}
"""Public names and the modules they live in."""

__version__ = "0.1.0"

__all__ = sorted(_WHERE)  # noqa: PLE0605 - a table keeps names and modules in one place


def __getattr__(name: str) -> Any:
    where = _WHERE.get(name)
    if where is not None:
        value = getattr(importlib.import_module(f"pegboard.{where}"), name)
    elif name.startswith("_"):
        raise AttributeError(f"module 'pegboard' has no attribute {name!r}")
    else:
        value = _component(name)
    globals()[name] = value
    return value


def _component(name: str) -> Any:
    if name.islower():
        # ``from pegboard import module`` asks here before it imports the module.
        if importlib.machinery.PathFinder.find_spec(f"pegboard.{name}", __path__):
            return importlib.import_module(f"pegboard.{name}")
        raise AttributeError(f"module 'pegboard' has no attribute {name!r}")
    return importlib.import_module("pegboard.plugins").index().class_for(name)


def __dir__() -> list[str]:
    found = importlib.import_module("pegboard.plugins").index().names()
    return sorted({*__all__, *globals(), *found})
