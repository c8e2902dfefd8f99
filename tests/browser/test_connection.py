"""When the stream from the server breaks: the person is told, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

import pegboard as pb
from pegboard.testing.fakes import Echo

Serve = Callable[..., str]
STREAM = re.compile("/queue/data")


def test_a_lost_connection_is_told_and_the_result_comes_when_it_is_back(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        done = Echo(label="done")
        pb.Button("Go").click(lambda: "finished meanwhile", None, done)
    page.goto(serve(demo))
    page.route(STREAM, lambda route: route.abort())

    page.get_by_role("button", name="Go").click()

    notice = page.get_by_role("status").filter(has_text="The connection was lost. Trying again")
    expect(notice).to_be_visible()
    page.unroute(STREAM)

    expect(page.get_by_label("done")).to_have_value("finished meanwhile")
    expect(notice).to_have_count(0)


def test_a_server_that_is_gone_is_told_in_words(page: Page, serve: Serve) -> None:
    with pb.Blocks() as demo:
        done = Echo(label="done")
        pb.Button("Go").click(lambda: "never", None, done)
    page.goto(serve(demo))
    # With all of its components drawn, and not only loaded: a script that comes later would find no server.
    expect(page.get_by_label("done")).to_be_visible()
    demo.close()

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
