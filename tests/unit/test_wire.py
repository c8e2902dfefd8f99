"""JSON for the wire."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path
from pegboard import wire

value = {"path": Path("a/b"), "many": {1}, "done": wire.Encoded(b"[1]")}
assert wire.dumps(value) == b'{"path":"a/b","many":[1],"done":[1]}'
print("numpy" in sys.modules)
import numpy as np

print(wire.dumps([np.arange(3), np.float32(0.5), np.array([[True]])]).decode())
"""


def test_numpy_is_written_but_not_loaded_for_it() -> None:
    # To load it takes a tenth of a second, in which nobody else is served.
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["False", "[[0,1,2],0.5,[[true]]]"]
