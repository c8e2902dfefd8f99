"""Files on their way in and out: capabilities, never paths.

Every file that clients may name has a **handle**: 128 random bits, the first segment of its wire path
``<handle>/<name>``. The table from handle to file lives in memory; the content lives in a private
folder (0700, files 0600) of this process, stored once by content hash, and hard-linked under each
handle's own folder, so that functions see a path with a proper name. What a function returns is copied,
not linked, unless it is in our folder already: a function may overwrite its own file later.

Knows nothing of HTTP, sessions or components. Everything here may block; call it from a thread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import mimetypes
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from pegboard.errors import FileRefused, UserError
from pegboard.file_names import safe_name, shown_name
from pegboard.file_rules import FileRules
from pegboard.incoming import DEFAULT_MAX_BYTES, IncomingFile, digest_of
from pegboard.payload import FILE_MARKER, FileRef, is_file_dict, map_files

log = logging.getLogger("pegboard.files")

MAX_ADDRESSES = 1000
RETRY_ADDRESS_S = 60.0
FILE_ROUTE = "/gradio_api/file="


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that may be served to its owner (anyone who knows the handle, when owner is ``None``)."""

    handle: str
    path: Path
    orig_name: str
    mime_type: str | None
    size: int
    etag: str
    owner: str | None = None

    @property
    def wire_path(self) -> str:
        """``<handle>/<name>``: opaque to clients, safe in a URL."""
        return f"{self.handle}/{self.path.name}"


class FileStore:
    """The files of one running app.

    Args:
        folder: Where to keep them; default ``PEGBOARD_TEMP_DIR``, ``GRADIO_TEMP_DIR``, or the
            system's temporary folder. A private folder for this process is made inside.
        allowed_paths: Files and folders that may be served and returned besides the usual ones.
        blocked_paths: Never served or returned; wins over everything.
        max_bytes: Largest file accepted.
        clock: Monotonic seconds, for the age of files.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        allowed_paths: Sequence[str | Path] = (),
        blocked_paths: Sequence[str | Path] = (),
        max_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.max_bytes = DEFAULT_MAX_BYTES if max_bytes is None else max_bytes
        self.limit_bytes = max_bytes
        self._base = folder or _default_folder()
        self.rules = FileRules(allowed_paths, blocked_paths)
        self._lock = threading.Lock()
        # Held while content gets or loses names: a sweep must not remove what is being linked.
        self._linking = threading.Lock()
        self._files: dict[str, StoredFile] = {}
        self._used_at: dict[str, float] = {}
        self._lasting: set[str] = set()
        self._initial: dict[tuple[str, str | None, str | None, str | None], FileRef] = {}
        self._by_path: dict[str, str] = {}
        self._copies: dict[tuple[str, int, int, int, str | None], str] = {}
        self._folder: Path | None = None
        self._addresses: OrderedDict[tuple[str, str | None], tuple[FileRef | None, float]] = OrderedDict()

    # -- in ----------------------------------------------------------------------------------------

    def receive(self) -> IncomingFile:
        """Start an upload."""
        return IncomingFile(self._made("incoming"), self.max_bytes)

    def keep(
        self,
        incoming: IncomingFile,
        *,
        name: str | None,
        mime_type: str | None = None,
        owner: str | None = None,
    ) -> StoredFile:
        """Take over a finished upload and give it a handle."""
        digest = incoming.finish()
        return self._store(incoming.path, digest, incoming.size, name, mime_type, owner)

    def resolve(self, payload: Any, owner: str | None = None) -> Any:
        """Return a payload with every file object replaced by a checked `FileRef`.

        Raises:
            UserError: A file is unknown, belongs to someone else, or could not be fetched.
        """
        if is_file_dict(payload):
            return self._resolve_one(payload, owner)
        if isinstance(payload, dict):
            return {name: self.resolve(item, owner) for name, item in payload.items()}
        if isinstance(payload, list):
            return [self.resolve(item, owner) for item in payload]
        return payload

    def _resolve_one(self, wire: dict[str, Any], owner: str | None) -> FileRef:
        path, url = wire.get("path"), wire.get("url")
        orig_name = shown_name(wire.get("orig_name"))
        for text in (path, url):
            if not isinstance(text, str) or not text:
                continue
            stored = self.find(_handle_path(text), owner)
            if stored is not None:
                return FileRef(
                    path=stored.path,
                    orig_name=orig_name or stored.orig_name,
                    mime_type=stored.mime_type,
                    size=stored.size,
                    handle=stored.wire_path,
                )
            if text.startswith(("http://", "https://")):
                return self._fetched(text, owner, orig_name)
            if text.startswith("data:"):
                return self._from_data_url(text, owner, orig_name)
            break
        raise UserError(
            UserError.three_parts(
                "A file that was sent is not known here.",
                got=repr(path)[:80],
                expected="the path that an upload or an earlier result returned",
                fix="upload the file first, then send the path from the answer",
            ),
            title="Invalid input",
        )

    def _fetched(self, url: str, owner: str | None, orig_name: str | None) -> FileRef:
        from pegboard import fetch

        target = self._made("incoming") / secrets.token_urlsafe(16)
        try:
            got = fetch.fetch(url, target, self.max_bytes)
            digest = digest_of(got.path)
            stored = self._store(got.path, digest, got.size, orig_name or got.name, got.mime_type, owner)
        except FileRefused as refusal:
            raise UserError(str(refusal), title="Invalid input") from None
        finally:
            target.unlink(missing_ok=True)
        return self._as_ref(stored)

    def _from_data_url(self, url: str, owner: str | None, orig_name: str | None) -> FileRef:
        head, _, body = url.partition(",")
        mime = head[5:].split(";")[0] or None
        try:
            data = (
                base64.b64decode(body, validate=False)
                if head.endswith(";base64")
                else unquote_to_bytes(body)
            )
        except (binascii.Error, ValueError):
            raise UserError("A data: address is not valid base64.", title="Invalid input") from None
        if len(data) > self.max_bytes:
            raise UserError(f"The file is larger than {self.max_bytes} bytes.", title="Invalid input")
        name = orig_name or f"file{mimetypes.guess_extension(mime or '') or ''}"
        return self._as_ref(self._store_bytes(data, name, mime, owner))

    def _as_ref(self, stored: StoredFile) -> FileRef:
        return FileRef(
            path=stored.path,
            orig_name=stored.orig_name,
            mime_type=stored.mime_type,
            size=stored.size,
            handle=stored.wire_path,
        )

    # -- out ---------------------------------------------------------------------------------------

    def publish(self, payload: Any, root_url: str, owner: str | None = None) -> Any:
        """Return a payload with every `FileRef` stored and replaced by its wire object.

        Raises:
            FileRefused: A file is outside what may be returned; the message names the fix.
        """
        return map_files(payload, lambda ref: self._publish_one(ref, root_url, owner))

    def publish_lasting(
        self, payload: Any, root_url: str, owner: str | None = None, *, is_initial: bool = False
    ) -> Any:
        """As `publish`, for what an app shows again and again.

        A web address is fetched once. One that cannot be fetched becomes ``None``, with a line in the
        log, and is tried again after a minute: one dead link must not take the page down.

        Args:
            is_initial: The page starts with it, so its files stay as long as the app.
        """

        def published(ref: FileRef) -> dict[str, Any] | None:
            kept = self._kept_address(ref, owner) if ref.is_address else ref
            if kept is None:
                return None
            if not is_initial:
                return self._publish_one(kept, root_url, owner)
            # Each page that is built says it again; its bytes are stored once.
            same = (_digest(kept.data or b""), kept.orig_name, kept.mime_type, owner)
            known = self._initial.get(same) if kept.data is not None else None
            wire = self._publish_one(known or kept, root_url, owner)
            handle = wire["path"].split("/", 1)[0]
            self._lasting.add(handle)
            if kept.data is not None and known is None:
                self._initial[same] = replace(kept, data=None, handle=wire["path"])
            return wire

        return map_files(payload, published)

    def _kept_address(self, ref: FileRef, owner: str | None) -> FileRef | None:
        key = (str(ref.url), owner)
        kept, retry_at = self._addresses.get(key, (None, 0.0))
        if kept is None and time.monotonic() >= retry_at:
            try:
                kept = self._fetched(str(ref.url), owner, ref.orig_name)
            except UserError as problem:
                log.warning("%s", problem)
            with self._lock:
                self._addresses[key] = (kept, time.monotonic() + RETRY_ADDRESS_S)
                while len(self._addresses) > MAX_ADDRESSES:
                    self._addresses.popitem(last=False)
        return kept

    def _publish_one(self, ref: FileRef, root_url: str, owner: str | None) -> dict[str, Any]:
        stored = self._stored_for(ref, owner)
        if stored is None:
            return _wire("", ref.url, ref.size, ref.orig_name, ref.mime_type, ref.is_stream)
        return _wire(
            stored.wire_path,
            f"{root_url}{FILE_ROUTE}{stored.wire_path}",
            stored.size,
            ref.orig_name or stored.orig_name,
            ref.mime_type or stored.mime_type,
            ref.is_stream,
        )

    def _stored_for(self, ref: FileRef, owner: str | None) -> StoredFile | None:
        if ref.handle is not None:
            known = self.find(ref.handle, owner)
            if known is not None:
                return known
        if ref.data is not None:
            return self._store_bytes(ref.data, ref.orig_name, ref.mime_type, owner)
        if ref.path is not None:
            return self._store_local(ref.path, ref.orig_name, ref.mime_type, owner)
        if ref.url is not None and ref.is_address:
            return self.find(self._fetched(ref.url, owner, ref.orig_name).handle or "", owner)
        return None

    def _store_local(
        self, path: Path, name: str | None, mime_type: str | None, owner: str | None
    ) -> StoredFile:
        real = self.rules.check_returned(path, self._folder)
        known = self._by_path.get(str(real))
        if known is not None:
            stored = self.find(known, owner)
            if stored is not None:
                return stored
        facts = real.stat()
        key = (str(real), facts.st_mtime_ns, facts.st_size, facts.st_ino, owner)
        with self._lock:
            handle = self._copies.get(key)
            if handle is not None and handle in self._files:
                self._used_at[handle] = self._clock()
                return self._files[handle]
        target = self._made("incoming") / secrets.token_urlsafe(16)
        try:
            shutil.copyfile(real, target)
            target.chmod(0o600)
            stored = self._store(
                target, digest_of(target), facts.st_size, name or real.name, mime_type, owner
            )
        finally:
            target.unlink(missing_ok=True)
        with self._lock:
            self._copies[key] = stored.handle
        return stored

    # -- serving -----------------------------------------------------------------------------------

    def find(self, wire_path: str, owner: str | None = None) -> StoredFile | None:
        """Return the file behind a wire path, or ``None`` when unknown or someone else's."""
        handle = wire_path.split("/", 1)[0]
        stored = self._files.get(handle)
        if stored is None or (stored.owner is not None and stored.owner != owner):
            return None
        self._used_at[handle] = self._clock()
        return stored

    def open_for_serving(self, wire_path: str, owner: str | None = None) -> StoredFile:
        """Return the file that may be sent to ``owner`` for a path in a URL.

        Raises:
            FileRefused: It is unknown, someone else's, gone, or outside ``allowed_paths``.
        """
        stored = self.find(wire_path, owner)
        if stored is not None and wire_path == stored.wire_path:
            return stored
        real = self.rules.check_served(wire_path)
        try:
            facts = real.stat()
        except OSError:
            raise FileRefused("File not allowed") from None
        return StoredFile(
            handle="",
            path=real,
            orig_name=real.name,
            mime_type=mimetypes.guess_type(real.name)[0],
            size=facts.st_size,
            etag=f"{facts.st_mtime_ns:x}-{facts.st_size:x}",
        )

    def is_trusted(self, stored: StoredFile) -> bool:
        """Say whether the app's author has listed the file, so that any type may be shown inline."""
        return not stored.handle

    # -- storing -----------------------------------------------------------------------------------

    def keep_bytes(
        self, data: bytes, *, name: str, mime_type: str | None = None, owner: str | None = None
    ) -> StoredFile:
        """Store content of ours under a handle."""
        return self._store_bytes(data, name, mime_type, owner)

    def _store_bytes(
        self, data: bytes, name: str | None, mime_type: str | None, owner: str | None
    ) -> StoredFile:
        incoming = IncomingFile(self._made("incoming"), max(self.max_bytes, len(data)))
        try:
            incoming.write(data)
            return self.keep(incoming, name=name, mime_type=mime_type, owner=owner)
        finally:
            incoming.abort()

    def _store(
        self,
        source: Path,
        digest: str,
        size: int,
        name: str | None,
        mime_type: str | None,
        owner: str | None,
    ) -> StoredFile:
        blob = self._made("content") / digest
        handle = secrets.token_urlsafe(16)
        folder = self._made("files") / handle
        folder.mkdir(mode=0o700)
        path = folder / safe_name(name)
        with self._linking:
            if not blob.exists():
                os.replace(source, blob)
            else:
                source.unlink(missing_ok=True)
            try:
                os.link(blob, path)
            except OSError:
                shutil.copyfile(blob, path)
                path.chmod(0o600)
        stored = StoredFile(
            handle=handle,
            path=path,
            orig_name=shown_name(name) or path.name,
            mime_type=mime_type or mimetypes.guess_type(path.name)[0],
            size=size,
            etag=digest,
            owner=owner,
        )
        with self._lock:
            self._files[handle] = stored
            self._used_at[handle] = self._clock()
            self._by_path[str(path)] = stored.wire_path
        return stored

    def forget(self, owner_files: Iterable[str]) -> None:
        """Delete files by handle."""
        for handle in owner_files:
            with self._lock:
                stored = self._files.pop(handle, None)
                self._used_at.pop(handle, None)
                self._lasting.discard(handle)
                if stored is not None:
                    self._by_path.pop(str(stored.path), None)
            if stored is not None:
                shutil.rmtree(stored.path.parent, ignore_errors=True)

    def sweep(self, unused_s: float) -> int:
        """Delete the files that were not made, sent, shown or fetched for so many seconds.

        What the page starts with stays. Returns how many were deleted.
        """
        until = self._clock() - unused_s
        with self._lock:
            old = [
                handle
                for handle, used_at in self._used_at.items()
                if used_at <= until and handle not in self._lasting
            ]
        self.forget(old)
        if old:
            with self._lock:
                self._copies = {key: name for key, name in self._copies.items() if name in self._files}
                for address in [key for key, (ref, _) in self._addresses.items() if _is_gone(ref, self._files)]:
                    del self._addresses[address]
            self._drop_content()
        return len(old)

    def _drop_content(self) -> None:
        """Delete content that no file has as its own any more."""
        for blob in self._made("content").iterdir():
            with self._linking, suppress(OSError):
                if blob.stat().st_nlink < 2:
                    blob.unlink()

    def _made(self, part: str) -> Path:
        if self._folder is None:
            with self._lock:
                if self._folder is None:
                    self._folder = _run_folder(self._base)
        folder = self._folder / part
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def folder(self) -> Path:
        """The private folder of this process (made when first asked for)."""
        self._made("files")
        assert self._folder is not None
        return self._folder

    def close(self) -> None:
        """Remove everything."""
        with self._lock:
            folder, self._folder = self._folder, None
            self._files.clear()
            self._used_at.clear()
            self._lasting.clear()
            self._initial.clear()
            self._by_path.clear()
            self._copies.clear()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def mentions_files(payload: Any) -> bool:
    """Say whether a payload from a client holds any file object."""
    if isinstance(payload, dict):
        return is_file_dict(payload) or any(mentions_files(item) for item in payload.values())
    if isinstance(payload, list):
        return any(mentions_files(item) for item in payload)
    return False


def _wire(
    path: str,
    url: str | None,
    size: int | None,
    orig_name: str | None,
    mime_type: str | None,
    is_stream: bool,
) -> dict[str, Any]:
    return {
        "path": path,
        "url": url,
        "size": size,
        "orig_name": orig_name,
        "mime_type": mime_type,
        "is_stream": is_stream,
        "meta": {"_type": FILE_MARKER},
    }


def _is_gone(ref: FileRef | None, files: Mapping[str, StoredFile]) -> bool:
    return ref is not None and (ref.handle or "").split("/", 1)[0] not in files


def _handle_path(text: str) -> str:
    """Return the wire path inside a path or one of our own file addresses."""
    if text.startswith(("http://", "https://")):
        path = unquote(urlsplit(text).path)
        return path.split("/file=", 1)[1] if "/file=" in path else ""
    return text.split("/file=", 1)[1] if "/file=" in text else text


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _default_folder() -> Path:
    chosen = os.environ.get("PEGBOARD_TEMP_DIR") or os.environ.get("GRADIO_TEMP_DIR")
    if chosen:
        return Path(chosen)
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"pegboard-{user}"


def _run_folder(base: Path) -> Path:
    """Make this process's private folder, and remove those of processes that are gone."""
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in base.glob("run-*"):
            parts = old.name.split("-")
            if len(parts) > 1 and parts[1].isdigit() and not _is_alive(int(parts[1])):
                shutil.rmtree(old, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=base)).resolve()
    except OSError as problem:
        raise FileRefused(
            FileRefused.three_parts(
                "The folder for files cannot be used.",
                got=f"{base} ({problem.strerror})",
                expected="a folder that this process can write to, with room on the disk",
                fix="set PEGBOARD_TEMP_DIR to such a folder",
            )
        ) from None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


__all__ = [
    "FILE_ROUTE",
    "FileStore",
    "IncomingFile",
    "StoredFile",
    "mentions_files",
    "safe_name",
    "shown_name",
]
