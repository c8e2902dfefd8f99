"""What a function is given besides its inputs, and what it may return besides values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import pegboard as pb
from pegboard.errors import OptionError
from pegboard.testing.fakes import Counter, Echo

API = "gradio_api"


@pytest.fixture
def launch() -> Iterator[Callable[..., str]]:
    apps: list[Any] = []

    def start(demo: Any, **options: Any) -> str:
        apps.append(demo)
        _, url, _ = demo.launch(prevent_thread_lock=True, server_port=0, quiet=True, **options)
        return str(url)

    yield start
    for demo in apps:
        demo.close()


def run(url: str, name: str, *data: Any, **more: Any) -> Any:
    return httpx.post(f"{url}{API}/run/{name}", json={"data": list(data), **more}).json()


def test_component_annotation_gives_all_properties_and_takes_changes_back(launch: Any) -> None:
    with pb.Blocks() as demo:
        number, out = Counter(3, label="n", maximum=10), Echo()

        def widen(n: Counter, extra: float) -> tuple[str, Any]:
            told = f"{n.value} of {n.maximum}, {n.label}"
            n.maximum = 20
            n.value = n.value + extra
            return told, n

        number.change(widen, [number, number], [out, number])
    url = launch(demo)

    first = run(url, "widen", 3, 4, session_hash="s")
    # The session's own copy has the new limit; a larger value is valid now.
    second = run(url, "widen", 15, 1, session_hash="s")

    assert first["data"] == ["3 of 10.0, n", {"__type__": "update", "maximum": 20.0, "value": 7}]
    assert second["data"][0] == "15 of 20.0, n"
    assert "error" in run(url, "widen", 15, 1, session_hash="another")


def test_event_data_headers_and_request_take_no_input(launch: Any) -> None:
    with pb.Blocks() as demo:
        box, out = Echo(), Echo()

        def tell(
            request: pb.Request, text: str, event: pb.SelectData, user_agent: pb.Header, nothing: pb.Header
        ) -> str:
            return f"{text} {event.index} {user_agent} {nothing} {request.session_hash}"

        box.change(tell, box, out)
    url = launch(demo)
    body = {"data": ["x"], "event_data": {"index": 4}, "session_hash": "me"}

    answer = httpx.post(f"{url}{API}/run/tell", json=body, headers={"user-agent": "me/1"})

    assert answer.json()["data"] == ["x 4 me/1 None me"]


def who(profile: pb.OAuthProfile | None, token: pb.OAuthToken | None) -> str:
    return f"{profile.username if profile else None} {token.token if token else None} {token!r}"


def must(profile: pb.OAuthProfile) -> str:
    return profile.name


def signed(expires_at: float) -> FastAPI:
    """An app behind a middleware that keeps a session, as one with a sign-in has."""
    with pb.Blocks() as demo:
        out = Echo()
        demo.load(who, None, out)
        demo.load(must, None, out)
    app = FastAPI()

    @app.middleware("http")
    async def session(request: Any, call_next: Any) -> Any:
        request.scope["session"] = {
            "oauth_info": {
                "access_token": "t0k",
                "scope": "read",
                "expires_at": expires_at,
                "userinfo": {"name": "Ada L", "preferred_username": "ada"},
            }
        }
        return await call_next(request)

    pb.mount_gradio_app(app, demo, "/app")
    return app


def test_profile_and_token_of_who_is_signed_in_are_given() -> None:
    with TestClient(signed(time.time() + 60)) as client:
        answer = client.post(f"/app/{API}/run/who", json={"data": []}).json()
        name = client.post(f"/app/{API}/run/must", json={"data": []}).json()

    assert answer["data"] == ["ada t0k OAuthToken(scope='read')"]
    assert name["data"] == ["Ada L"]


def test_expired_sign_in_counts_as_none_and_who_is_needed_is_told() -> None:
    with TestClient(signed(time.time() - 1)) as client:
        answer = client.post(f"/app/{API}/run/who", json={"data": []}).json()
        refused = client.post(f"/app/{API}/run/must", json={"data": []}).json()

    assert answer["data"] == ["None None None"]
    assert (refused["title"], "Sign in first" in refused["error"]) == ("Not signed in", True)


def test_validator_marks_the_inputs_that_it_names(launch: Any) -> None:
    with pb.Blocks() as demo:
        one, two, out = Echo(label="one"), Echo(label="two"), Echo()

        def check(one: str, two: str) -> list[Any]:
            return [pb.validate(True, ""), pb.validate(two != "bad", "two is bad")]

        one.submit(lambda one, two: one + two, [one, two], out, api_name="join", validator=check)
    url = launch(demo)

    refused = httpx.post(f"{url}{API}/run/join", json={"data": ["a", "bad"]})

    assert run(url, "join", "a", "b")["data"] == ["ab"]
    assert refused.status_code == 422
    assert [(item["parameter_name"], item["message"]) for item in refused.json()["detail"]] == [
        ("two", "two is bad")
    ]


def test_bad_validation_is_refused_in_three_parts() -> None:
    with pytest.raises(OptionError) as caught:
        pb.validate("no", "x")  # type: ignore[arg-type]

    assert all(part in str(caught.value) for part in ("got:", "expected:", "fix:"))


def test_inputs_by_keyword_and_as_a_set(launch: Any) -> None:
    with pb.Blocks() as demo:
        one, two, out = Echo(label="one"), Echo(label="two"), Echo()

        def by_name(first: str, *, second: str = "-") -> str:
            return f"{first}{second}"

        one.change(by_name, [one], out, inputs_kwargs={"second": two})
        one.input(lambda values: values[one] + values[two], {one, two}, out, api_name="as_set")
    url = launch(demo)

    assert run(url, "by_name", "a", "b")["data"] == ["ab"]
    assert run(url, "as_set", "a", "b")["data"] == ["ab"]


def test_raw_values_with_preprocess_and_postprocess_off(launch: Any) -> None:
    with pb.Blocks() as demo:
        box, out = Counter(maximum=1), Counter()
        box.change(lambda x: {"raw": x}, box, out, preprocess=False, postprocess=False, api_name="raw")

    assert run(launch(demo), "raw", "no number")["data"] == [{"raw": "no number"}]
