"""`load`: an app made out of something that runs elsewhere. Only finds out what is meant."""

from __future__ import annotations

import warnings
from typing import Any

from pegboard.errors import OptionError, OptionTypeError

HOSTED = ("models", "spaces", "huggingface")


def load(
    name: str,
    src: Any = None,
    token: str | None = None,
    accept_token: Any = False,
    provider: Any = None,
    **options: Any,
) -> Any:
    """Build an app around one that runs elsewhere.

    Args:
        name: Address of a running app (Pegboard or Gradio). It is read now, and each event is sent there.
        src: A function ``(name, token, **options)`` that returns an app, for services of your own.
        token: Sent along; for an address, as the bearer of its requests.
        accept_token, provider: For hosted models, which this version does not reach.
        options: Passed to ``src``. ``auth=(user, password)`` and ``headers=`` for an address.

    Raises:
        OptionError: The name is that of a hosted model or app, or nothing that can be loaded.
    """
    if callable(src):
        return src(name, token, **options)
    if not isinstance(name, str):
        raise OptionTypeError("load(name=)", got=name, expected="the address of a running app")
    if token is not None and not isinstance(token, str):
        raise OptionTypeError("load(token=)", got=token, expected="text, or None")
    if src is not None and src not in HOSTED:
        raise OptionError(
            "load(src=)",
            got=src,
            expected="a function (name, token, **options) that returns an app",
            fix="pass such a function, or leave src out and give an address",
        )
    if src is None and name.startswith(("http://", "https://")):
        from pegboard.remote import load_remote

        if accept_token or provider is not None:
            warnings.warn(
                "load(): accept_token and provider have no effect on an address", stacklevel=2
            )
        return load_remote(name, token, options)
    if src in HOSTED or name.partition("/")[0] in HOSTED:
        raise OptionError(
            "load(name=)",
            got=name if src is None else f"{src}/{name}",
            expected="the address of a running app; hosted models and apps cannot be reached by name",
            fix=(
                "pass the app's own address, such as 'https://user-app.example.org', or src= a function "
                "(name, token, **options) that returns an app"
            ),
        )
    raise OptionError(
        "load(name=)",
        got=name,
        expected="an address that begins with http:// or https://",
        fix="pass the address that the app printed when it started",
    )
