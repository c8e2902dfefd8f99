"""A login: ``auth=`` guards the page and the API alike."""

import pegboard as pb

LAUNCH = {
    "auth": [("ada", "lovelace"), ("alan", "turing")],
    "auth_message": "Try ada with lovelace.",
}


def note(text: str, request: pb.Request) -> str:
    """Sign a note with the name of who is logged in."""
    return f"{text.strip() or '(nothing)'} — {request.username}"


demo = pb.Interface(
    note, pb.Textbox(label="Note"), pb.Textbox(label="Signed"), title="Signed notes", flagging_mode="never"
)

if __name__ == "__main__":
    demo.launch(**LAUNCH)
