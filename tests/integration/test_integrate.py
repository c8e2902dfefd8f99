"""An app's address noted in services for experiments: stubs with the services' own function names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import pegboard as pb
from pegboard.errors import OptionError
from pegboard.testing.fakes import Echo


class Service:
    """Remembers every call of the functions that a service has."""

    def __init__(self, *names: str) -> None:
        self.calls: list[tuple[Any, ...]] = []
        for name in names:
            setattr(self, name, self._keeper(name))

    def _keeper(self, name: str) -> Any:
        def keep(*given: Any) -> Any:
            if name == "Html":
                return ("Html", *given)
            self.calls.append((name, *given))
            return None

        return keep


def interface() -> pb.Interface:
    return pb.Interface(lambda x: x, Echo(), Echo())


@pytest.fixture
def app() -> Iterator[pb.Interface]:
    demo = interface()
    demo.launch(prevent_thread_lock=True, quiet=True, server_port=0)
    yield demo
    demo.close()


def test_comet_gets_where_it_came_from_and_the_address_and_is_ended(app: pb.Interface) -> None:
    comet = Service("log_other", "log_text", "end")

    app.integrate(comet_ml=comet)

    assert app.server is not None
    assert comet.calls == [
        ("log_other", "Created from", "Pegboard"),
        ("log_text", f"pegboard: {app.server.local_url}"),
        ("end",),
    ]


def test_mlflow_gets_the_local_address_or_the_shared_one(app: pb.Interface) -> None:
    local, shared = Service("log_param"), Service("log_param")

    assert app.server is not None
    app.integrate(mlflow=local)
    app.server.share_url = "https://x.example"
    app.integrate(mlflow=shared)

    assert local.calls == [("log_param", "Pegboard Interface Local Link", app.server.local_url)]
    assert shared.calls == [("log_param", "Pegboard Interface Share Link", "https://x.example")]


def test_wandb_gets_a_panel_of_the_shared_page_with_a_safe_address(app: pb.Interface) -> None:
    wandb = Service("log", "Html")

    assert app.server is not None
    app.server.share_url = 'https://x.example/?a="><script>'
    app.integrate(wandb=wandb)

    ((name, panel),) = wandb.calls
    assert name == "log"
    assert panel["pegboard_panel"][1] == (
        '<iframe src="https://x.example/?a=&quot;&gt;&lt;script&gt;" width="100%" height="500" '
        'frameborder="0"></iframe>'
    )


def test_wandb_without_a_shared_page_is_told_what_to_do(
    app: pb.Interface, capsys: pytest.CaptureFixture[str]
) -> None:
    wandb = Service("log", "Html")

    app.integrate(wandb=wandb)

    assert wandb.calls == []
    assert "share=True" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"comet_ml": object()}, "integrate(comet_ml=)"),
        ({"wandb": Service("log")}, "lacks Html"),
        ({"mlflow": "mlflow"}, "integrate(mlflow=)"),
        ({"mlflow": Service("log_param")}, "call launch() first"),
        ({"comet_ml": Service("log_other", "log_text", "end")}, "call launch() first"),
    ],
)
def test_bad_value_is_refused_in_three_parts(given: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError) as caught:
        interface().integrate(**given)

    text = str(caught.value)
    assert words in text
    assert all(part in text for part in ("got:", "expected:", "fix:"))
