"""Messages to the person: Info, Warning and Error."""

import time

import pegboard as pb


def start_process(name: str) -> str:
    """Say what happens while it happens."""
    pb.Info("Starting process")
    if not name:
        pb.Warning("Name is empty")
    time.sleep(0.5)
    if name == "fail":
        raise pb.Error("The process was asked to fail")
    return f"Process {name or 'without a name'} is done"


demo = pb.Interface(start_process, pb.Textbox(label="Name", info="Try 'fail'"), "text")

if __name__ == "__main__":
    demo.launch()
