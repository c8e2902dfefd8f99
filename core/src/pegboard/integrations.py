"""`Blocks.integrate`: a note about a running app in wandb, mlflow or comet_ml.

Each service is given as its module (or experiment), so none is imported here, and only the one function
that is needed is called.
"""

from __future__ import annotations

import html
from typing import Any

from pegboard.errors import OptionError, OptionTypeError

HEIGHT_PX = 500


def integrate(
    local_url: str | None,
    share_url: str | None,
    *,
    comet_ml: Any = None,
    wandb: Any = None,
    mlflow: Any = None,
) -> None:
    """Note the address of an app in the services given.

    Raises:
        OptionError: The app is not running, or a service is not what it should be.
    """
    if comet_ml is not None:
        _needs("comet_ml", comet_ml, ("log_other", "log_text", "end"), "an Experiment")
        address = share_url or local_url
        if address is None:
            raise _not_running()
        comet_ml.log_other("Created from", "Pegboard")
        comet_ml.log_text(f"pegboard: {address}")
        comet_ml.end()
    if wandb is not None:
        _needs("wandb", wandb, ("log", "Html"), "the wandb module, after wandb.init()")
        if share_url is None:
            print(
                "* integrate(wandb=): a panel in wandb can only show a public page. "
                "Use launch(share=True) first."
            )
        else:
            frame = (
                f'<iframe src="{html.escape(share_url, quote=True)}" width="100%" '
                f'height="{HEIGHT_PX}" frameborder="0"></iframe>'
            )
            wandb.log({"pegboard_panel": wandb.Html(frame)})
    if mlflow is not None:
        _needs("mlflow", mlflow, ("log_param",), "the mlflow module")
        if share_url is not None:
            mlflow.log_param("Pegboard Interface Share Link", share_url)
        elif local_url is not None:
            mlflow.log_param("Pegboard Interface Local Link", local_url)
        else:
            raise _not_running()


def _needs(name: str, service: Any, functions: tuple[str, ...], expected: str) -> None:
    missing = [one for one in functions if not callable(getattr(service, one, None))]
    if missing:
        raise OptionTypeError(
            f"integrate({name}=)",
            got=service,
            expected=f"{expected}; it lacks {', '.join(missing)}",
        )


def _not_running() -> OptionError:
    return OptionError(
        "integrate()", got="an app that is not running", expected="a running app", fix="call launch() first"
    )
