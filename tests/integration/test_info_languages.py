"""/info and the typed routes say labels in the caller's language, and names in one that does not change."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

import pegboard as pb

WORDS = pb.I18n(en={"who": "Your name", "words": "Greeting"}, fr={"who": "Votre nom", "words": "Salutation"})


@pytest.fixture
def address() -> Iterator[str]:
    def greet(name: str) -> str:
        """Greet someone."""
        return f"Hello {name}"

    app = pb.Interface(greet, pb.Textbox(label=WORDS("who")), pb.Textbox(label=WORDS("words")))
    yield str(app.launch(prevent_thread_lock=True, quiet=True, server_port=0, i18n=WORDS)[1])
    app.close()


@pytest.mark.parametrize(
    ("accepts", "labels"),
    [("", ("Your name", "Greeting")), ("fr-CA,fr;q=0.9", ("Votre nom", "Salutation")), ("de", ("Your name", "Greeting"))],
)
def test_info_says_labels_in_the_callers_language(address: str, accepts: str, labels: tuple[str, str]) -> None:
    info = httpx.get(f"{address}gradio_api/info", headers={"accept-language": accepts}).json()

    endpoint = info["named_endpoints"]["/greet"]
    assert (endpoint["parameters"][0]["label"], endpoint["returns"][0]["label"]) == labels
    assert "__i18n__" not in str(info)


def test_outputs_of_a_typed_route_are_named_by_the_english_label(address: str) -> None:
    document = httpx.get(f"{address}openapi.json").text
    answer = httpx.post(f"{address}gradio_api/endpoints/greet", json={"name": "Ada"}).json()

    assert answer == {"greeting": "Hello Ada"}
    assert "__i18n__" not in document and "Your name" in document
