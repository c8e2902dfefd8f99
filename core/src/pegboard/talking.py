"""`load_chat`: a page that talks to a model behind an OpenAI-compatible server.

Until a chat component is installed the conversation is a text box and the answer; the history is kept for
each visitor. Requests go from this server to ``base_url``; redirects are not followed, so that the token
reaches nobody else.

Source: the public "chat completions" HTTP interface (POST ``/chat/completions``, server-sent events).
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Literal

from pegboard.errors import Error, OptionError, OptionTypeError
from pegboard.interface import Interface
from pegboard.naming import class_named
from pegboard.openapi import TIMEOUT_S, NoRedirect
from pegboard.state import State

FileTypes = Literal["text_encoded", "image"]


def load_chat(
    base_url: str,
    model: str,
    token: str | None = None,
    *,
    file_types: FileTypes | list[FileTypes] | None = "text_encoded",
    system_message: str | None = None,
    streaming: bool = True,
    **options: Any,
) -> Interface:
    """Build a page for talking to a model.

    Args:
        base_url: Address of the server, up to and including its version, such as
            ``http://localhost:11434/v1/``.
        model: Name of the model there.
        token: Sent as bearer.
        file_types: Kinds of files that may be sent; waits for a chat component.
        system_message: Stands before every conversation.
        streaming: Show the answer while it is written.
        options: For the Interface.

    Raises:
        OptionError: A value is not usable.
    """
    for name, given in (("model", model), ("base_url", base_url)):
        if not isinstance(given, str) or not given:
            raise OptionTypeError(f"load_chat({name}=)", got=given, expected="text")
    if not base_url.startswith(("http://", "https://")):
        raise OptionError(
            "load_chat(base_url=)", got=base_url, expected="an address with http:// or https://"
        )
    for name, text in (("token", token), ("system_message", system_message)):
        if text is not None and not isinstance(text, str):
            raise OptionTypeError(f"load_chat({name}=)", got=text, expected="text, or None")
    if not isinstance(streaming, bool):
        raise OptionTypeError("load_chat(streaming=)", got=streaming, expected="True or False")
    kinds = file_types if isinstance(file_types, list) else [file_types]
    if any(kind not in ("text_encoded", "image", None) for kind in kinds):
        raise OptionError(
            "load_chat(file_types=)", got=file_types, expected="'text_encoded', 'image', a list, or None"
        )
    talk = Talk(base_url, model, token, system_message)
    chosen: dict[str, Any] = {"title": model, "flagging_mode": "never", "api_name": "chat", **options}
    textbox = class_named("textbox")
    return Interface(
        talk.stream if streaming else talk.whole,
        [textbox(label="Message"), State([])],
        [textbox(label="Answer", lines=6), State([])],
        **chosen,
    )


class Talk:
    """Asks the model."""

    def __init__(self, base_url: str, model: str, token: str | None, system: str | None) -> None:
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._model = model
        self._token = token
        self._system = system

    def whole(self, message: str, history: list[dict[str, str]]) -> tuple[str, list[dict[str, str]]]:
        """Return the answer, and the conversation with it."""
        with self._asked(message, history, streaming=False) as answer:
            body = _read(answer)
        text = str(body["choices"][0]["message"].get("content") or "")
        return text, _with(history, message, text)

    def stream(
        self, message: str, history: list[dict[str, str]]
    ) -> Iterator[tuple[str, list[dict[str, str]]]]:
        """Yield the answer as it grows, and the conversation with it."""
        text = ""
        with self._asked(message, history, streaming=True) as answer:
            for line in answer:
                data = line.decode("utf-8", "replace").strip()
                if not data.startswith("data:") or data == "data: [DONE]":
                    continue
                part = json.loads(data[5:])
                choices = part.get("choices") or [{}]
                text += str(choices[0].get("delta", {}).get("content") or "")
                yield text, _with(history, message, text)

    def _asked(self, message: str, history: list[dict[str, str]], *, streaming: bool) -> Any:
        system = [{"role": "system", "content": self._system}] if self._system else []
        messages = [*system, *history, {"role": "user", "content": message}]
        body = {"model": self._model, "messages": messages, "stream": streaming}
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(
            self._url, data=json.dumps(body).encode(), headers=headers, method="POST"
        )
        try:
            return urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read(500).decode("utf-8", "replace")
            raise Error(f"The model's server answered {problem.code}: {said}", print_exception=False) from None
        except OSError as problem:
            reason = getattr(problem, "reason", problem)
            raise Error(f"The model's server did not answer: {reason}", print_exception=False) from None


def _read(answer: Any) -> Any:
    try:
        return json.loads(answer.read())
    except ValueError:
        raise Error("The model's server did not answer with JSON.", print_exception=False) from None


def _with(history: list[dict[str, str]], message: str, answer: str) -> list[dict[str, str]]:
    return [
        *history,
        {"role": "user", "content": message},
        {"role": "assistant", "content": answer},
    ]
