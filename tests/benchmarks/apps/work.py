"""The endpoints that are measured; the same source for every library (``BENCH_LIBRARY``)."""

import asyncio
import importlib
import os
import time

gr = importlib.import_module(os.environ["BENCH_LIBRARY"])

GROWTH = "word "


def echo(text):
    """Return the text at once."""
    return text


def grow(steps):
    """Yield ``steps`` strings, each five characters longer than the last."""
    text = ""
    for _ in range(int(steps)):
        text += GROWTH
        yield text


async def tokens(steps):
    """Yield as `grow` does, a step every 10 ms, as a language model would."""
    text = ""
    for _ in range(int(steps)):
        text += GROWTH
        yield text
        await asyncio.sleep(0.01)


def chat(steps):
    """Yield a history of twenty messages whose last one grows."""
    history = [{"role": "user", "content": f"question {n}"} for n in range(20)]
    history[-1] = {"role": "assistant", "content": ""}
    for _ in range(int(steps)):
        history[-1]["content"] += GROWTH
        yield history


def picture(pixels):
    """Return the array that came, mirrored."""
    return pixels[:, ::-1]


def nap(text):
    """Take 10 ms."""
    time.sleep(0.01)
    return text


def nap_batch(texts):
    """Take 50 ms, however many calls are answered together."""
    time.sleep(0.05)
    return [texts]


def big(file):
    """Return the file that came."""
    return file


with gr.Blocks() as demo:
    box, out = gr.Textbox(label="in"), gr.Textbox(label="out")
    number, history = gr.Number(label="steps"), gr.JSON(label="history")
    image_in, image_out = gr.Image(label="picture"), gr.Image(label="mirrored")
    file_in, file_out = gr.File(label="file"), gr.File(label="the same")
    gr.Button("echo").click(echo, box, out, api_name="echo", concurrency_limit=None)
    gr.Button("grow").click(grow, number, out, api_name="grow", concurrency_limit=None)
    gr.Button("tokens").click(tokens, number, out, api_name="tokens", concurrency_limit=None)
    gr.Button("chat").click(chat, number, history, api_name="chat", concurrency_limit=None)
    gr.Button("picture").click(picture, image_in, image_out, api_name="picture")
    gr.Button("big").click(big, file_in, file_out, api_name="big")
    gr.Button("nap").click(nap, box, out, api_name="nap", concurrency_limit=4)
    gr.Button("nap_batch").click(
        nap_batch, box, out, api_name="nap_batch", batch=True, max_batch_size=16
    )

if __name__ == "__main__":
    demo.queue(max_size=None).launch(server_port=int(os.environ["BENCH_PORT"]), quiet=True)
