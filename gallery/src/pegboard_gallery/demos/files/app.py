"""Files: several uploaded texts become one, with a table of contents."""

from pathlib import Path
from tempfile import mkdtemp

import pegboard as pb


def join(paths: list[str] | None, title: str) -> tuple[str, str]:
    """Put texts one after the other into a file."""
    if not paths:
        raise pb.Error("Choose a file or two first.")
    files = [Path(path) for path in paths]
    contents = "\n".join(f"{number}. {file.name}" for number, file in enumerate(files, 1))
    texts = [f"# {file.name}\n\n{file.read_text(encoding='utf-8', errors='replace')}" for file in files]
    target = Path(mkdtemp(prefix="pegboard-files-")) / "joined.md"
    target.write_text("\n\n".join([f"% {title}", contents, *texts]) + "\n", encoding="utf-8")
    return str(target), contents


demo = pb.Interface(
    join,
    [pb.File(file_count="multiple", label="Texts"), pb.Textbox("Collected", label="Title")],
    [pb.File(label="Joined"), pb.Markdown(label="Contents")],
    title="Files in, file out",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
