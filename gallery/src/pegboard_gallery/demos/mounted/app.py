"""Mounted: FastAPI answers at the top, and a Pegboard app lives below /convert."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

import pegboard as pb


def convert(celsius: float) -> float:
    """Convert a temperature to Fahrenheit."""
    return round(celsius * 9 / 5 + 32, 1)


demo = pb.Interface(
    convert,
    pb.Slider(-40, 100, value=20, label="Celsius"),
    pb.Number(label="Fahrenheit"),
    live=True,
    title="Temperature",
    flagging_mode="never",
)

app = FastAPI()


@app.get("/", response_class=HTMLResponse)
def home() -> str:
    """Answer as any FastAPI application does."""
    return '<!doctype html><title>Mine</title><h1>My application</h1><p><a href="convert/">Convert</a></p>'


pb.mount_gradio_app(app, demo, path="/convert")

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, port=7860)
