"""Measures of importing, starting and calling. Each returns figures by name for one contender, once."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median

from tests.benchmarks.servers import ROOT, Contender, Running, serving
from tests.benchmarks.wire import PREFIX, Connection, Session, functions_of

Figures = dict[str, float]

IMPORT_PROBE = """
import json, resource, sys
before = resource.getrusage(resource.RUSAGE_SELF)
import {module}
{use}
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
memory = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(json.dumps({{
    "CPU, ms": cpu * 1000, "modules": len(sys.modules), "memory, MB": int(memory.split()[1]) / 1024
}}))
"""


def imports(contender: Contender) -> Figures:
    """Import the library in a fresh interpreter (the floor imports uvicorn)."""
    return _probe(contender, "")


def first_use(contender: Contender) -> Figures:
    """Import the library and name what hello world needs, so that nothing is put off."""
    return _probe(contender, f"{contender.library}.Interface; {contender.library}.Textbox")


def _probe(contender: Contender, use: str) -> Figures:
    probe = IMPORT_PROBE.format(module=contender.library or "uvicorn", use=use)
    figures: Figures = json.loads(_last_line(contender, probe))
    return figures


def _last_line(contender: Contender, program: str) -> str:
    """Return the last line that a program prints in a contender's own interpreter."""
    output = subprocess.run(
        [contender.python, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    return output.strip().splitlines()[-1]


def start(app: str) -> Callable[[Contender], Figures]:
    """Time and CPU from the start of the process to the first page of an app."""

    def run(contender: Contender) -> Figures:
        with serving(contender, app) as server:
            return {"to first page, ms": server.start_s * 1000, "CPU, ms": server.cpu_s() * 1000}

    return run


def start_with_examples(contender: Contender) -> Figures:
    """Start the app with 1,000 examples, and hello world beside it."""
    hello, figures = start("hello")(contender), start("examples")(contender)
    return {**figures, "CPU, x hello world": figures["CPU, ms"] / hello["CPU, ms"]}


def describing(contender: Contender) -> Figures:
    """Describe a page of 1,000 components, in one process that has imported everything."""
    probe = DESCRIBE_PROBE.format(library=contender.library)
    return {"build, CPU ms": float(_last_line(contender, probe))}


def discovery(contender: Contender) -> Figures:
    """Find 60 distributions, 35 of them plugins, for the first time in a fresh interpreter.

    Their manifests are those of the installed components, over and over, under other names.
    """
    with tempfile.TemporaryDirectory() as folder:
        probe = DISCOVERY_PROBE.format(folder=folder, root=str(ROOT))
        return {"CPU, ms": float(_last_line(contender, probe))}


DISCOVERY_PROBE = """
import subprocess, sys
from pathlib import Path
if len(sys.argv) == 1:
    sys.path.insert(0, {root!r})
    from pegboard.plugins import index
    from tests.unit.installed import install
    folder, installed = Path({folder!r}), index().entries
    for number in range(60):
        name, known = f"thing{{number}}", installed[number % len(installed)].manifest.raw
        kept = {{key: value for key, value in known.items() if key not in ("name", "object")}}
        package = install(folder, f"made-up-{{number}}", {{name: name.title()}}, entries={{name: kept}})
        if number >= 35:
            (folder / f"{{package}}-1.0.dist-info" / "entry_points.txt").write_text("[console_scripts]\\na = b:c\\n")
    print(subprocess.run([sys.executable, "-c", sys.orig_argv[2], "measure"], check=True, capture_output=True, text=True).stdout)
else:
    import time
    from pegboard.plugins import scan
    sys.path[:] = [{folder!r}] + [path for path in sys.path if "-packages" not in path and "src" not in path]
    begin = time.thread_time()
    found = scan()
    spent = time.thread_time() - begin
    assert len(found.entries) == 35 and not found.problems, found.problems
    print(spent * 1000)
"""

DESCRIBE_PROBE = """
import time
import {library} as gr

def build(count):
    begin = time.process_time()
    with gr.Blocks():
        for number in range(count):
            gr.Number(label=str(number)) if number % 2 else gr.Textbox(label=str(number))
    return time.process_time() - begin

build(10)
print(min(build(1000) for _ in range(3)) * 1000)
"""


async def one_at_a_time(server: Running, count: int = 300) -> Figures:
    """One session, one event after another: latency, and server CPU for each."""
    session = Session(server.port, await functions_of(server.port))
    for _ in range(20):
        await session.call("echo", ["hello"])
    cpu = server.cpu_s()
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        result = await session.call("echo", ["hello"])
        times.append(time.perf_counter() - begin)
        if result["output"]["data"] != ["hello"]:
            raise RuntimeError(f"wrong answer: {result}")
    used = server.cpu_s() - cpu
    session.close()
    return {"p50, ms": median(times) * 1000, "server CPU, ms": used / count * 1000}


async def many_sessions(server: Running, sessions: int = 100, seconds: float = 4.0) -> Figures:
    """Many sessions, each one event after another: events a second, and how evenly served."""
    functions = await functions_of(server.port)
    clients = [Session(server.port, functions) for _ in range(sessions)]
    counts = [0] * sessions
    await asyncio.gather(*(client.call("echo", ["warm"]) for client in clients))
    cpu, begin = server.cpu_s(), time.perf_counter()
    until = begin + seconds

    async def loop(number: int) -> None:
        while time.perf_counter() < until:
            await clients[number].call("echo", ["hello"])
            counts[number] += 1

    await asyncio.gather(*(loop(number) for number in range(sessions)))
    elapsed, used = time.perf_counter() - begin, server.cpu_s() - cpu
    for client in clients:
        client.close()
    ordered = sorted(counts)
    return {
        "events/s": sum(counts) / elapsed,
        "CPU an event, ms": used / sum(counts) * 1000,
        "fairness, most/least": ordered[-1] / max(1, ordered[0]),
    }


async def pictures(server: Running, count: int = 10, side: int = 1024) -> Figures:
    """A 1024 x 1024 picture uploaded once, decoded, mirrored, encoded and returned ``count`` times."""
    path = await upload_picture(server.port, side)
    session = Session(server.port, await functions_of(server.port))
    data = [{"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "a.png"}]
    await session.call("picture", data)
    cpu, begin = server.cpu_s(), time.perf_counter()
    for _ in range(count):
        result = await session.call("picture", data)
        if not result.get("success"):
            raise RuntimeError(f"the picture failed: {result}")
    elapsed, used = time.perf_counter() - begin, server.cpu_s() - cpu
    session.close()
    return {"ms": elapsed / count * 1000, "server CPU, ms": used / count * 1000}


async def upload_picture(port: int, side: int) -> str:
    """Upload a photo-like PNG and return the path the server gave it."""
    import numpy as np
    from PIL import Image

    across = np.linspace(0, 8, side)
    wave = (np.sin(across)[:, None] * np.cos(across * 1.7)[None, :] + 1) * 100
    noise = np.random.default_rng(0).integers(0, 30, (side, side))
    pixels = np.dstack([wave + noise, wave.T + noise, wave[::-1] + noise]).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", compress_level=1)
    boundary = "benchmark-boundary"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode() + buffer.getvalue() + f"\r\n--{boundary}--\r\n".encode()
    connection = Connection(port)
    try:
        _, content = await connection.request(
            "POST", f"{PREFIX}/upload", body, f"multipart/form-data; boundary={boundary}"
        )
    finally:
        connection.close()
    return str(json.loads(content)[0])


async def waiting(server: Running, events: int = 400) -> Figures:
    """Many sessions join a 10 ms function with limit 4 at once: drain against the ideal."""
    ideal, most, cpu_ms = await _drained(server, events, 1)
    return {"x ideal": ideal, "messages a client, most": most, "CPU an event, ms": cpu_ms}


async def crowd(server: Running, clients: int = 2000, each: int = 10) -> Figures:
    """The same for a crowd whose members join the function several times over, over one connection each."""
    ideal, most, cpu_ms = await _drained(server, clients, each)
    return {"x ideal": ideal, "messages an event, most": most / each, "CPU an event, ms": cpu_ms}


async def _drained(server: Running, clients: int, each: int) -> tuple[float, int, float]:
    """Return the time against the ideal, the most messages of a client, and processor time of an event in ms."""
    functions = await functions_of(server.port)
    sessions = [Session(server.port, functions) for _ in range(clients)]
    # Pages that are open have their connection; what is measured is the queue.
    for session in sessions:
        await session.connect()

    async def one(session: Session) -> None:
        events = [await session.join("nap", ["x"]) for _ in range(each)]
        await asyncio.gather(*(session.end_of(event) for event in events))

    cpu, begin = server.cpu_s(), time.perf_counter()
    await asyncio.gather(*(one(session) for session in sessions))
    elapsed = time.perf_counter() - begin
    used = server.cpu_s() - cpu
    most = max(session.messages for session in sessions)
    for session in sessions:
        session.close()
    events = clients * each
    return elapsed / (events * 0.01 / 4), most, used / events * 1000


async def batches(server: Running, events: int = 256) -> Figures:
    """256 calls of a 50 ms function that takes batches of 16: time against 16 runs."""
    functions = await functions_of(server.port)
    # One session a call: a session posts over one connection, one join after another.
    clients = [Session(server.port, functions) for _ in range(events)]
    for client in clients:
        await client.connect()
    begin = time.perf_counter()
    await asyncio.gather(*(client.call("nap_batch", ["x"]) for client in clients))
    elapsed = time.perf_counter() - begin
    for client in clients:
        client.close()
    return {"x ideal": elapsed / (events / 16 * 0.05)}


def after_many(contender: Contender) -> Figures:
    """What an event costs after 10,000 others of the same session, against a server that has just begun."""
    with serving(contender, "work") as fresh, serving(contender, "work") as aged:
        return asyncio.run(_compared(fresh, aged))


async def _compared(fresh: Running, aged: Running, before: int = 10_000, blocks: int = 15) -> Figures:
    sessions = {
        server.port: Session(server.port, await functions_of(server.port)) for server in (fresh, aged)
    }

    async def cost(server: Running, events: int) -> float:
        cpu = server.cpu_s()
        for _ in range(events):
            await sessions[server.port].call("echo", ["hello"])
        return (server.cpu_s() - cpu) / events * 1000

    await cost(aged, before)
    await cost(fresh, 300)
    # In turns: a machine that others use as well is not as fast now as it was 10,000 events ago.
    pairs = [(await cost(fresh, 100), await cost(aged, 100)) for _ in range(blocks)]
    for session in sessions.values():
        session.close()
    first, later = (median(costs) for costs in zip(*pairs))
    return {
        "first, CPU ms": first,
        "later, CPU ms": later,
        "later/first": median(late / early for early, late in pairs),
    }


def on_own(app: str, measure: Callable[[Running], Awaitable[Figures]]) -> Callable[[Contender], Figures]:
    """Turn a measure of a running server into one that starts a server for itself."""

    async def measured(server: Running) -> Figures:
        return await measure(server)

    def run(contender: Contender) -> Figures:
        with serving(contender, app) as server:
            return asyncio.run(measured(server))

    return run
