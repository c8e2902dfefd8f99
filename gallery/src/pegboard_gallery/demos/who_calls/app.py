"""Request: a function that looks at who is asking."""

import pegboard as pb


def look(request: pb.Request) -> dict[str, object]:
    """Return what a visit brings along, without anything secret."""
    return {
        "language": request.headers.get("accept-language", "not said"),
        "program": request.headers.get("user-agent", "not said"),
        "query": dict(request.query_params),
        "has a session": bool(request.session_hash),
    }


with pb.Blocks(title="Who is asking") as demo:
    pb.Markdown("## What this app sees of you\nAdd `?name=Ada` to the address and look again.")
    seen = pb.JSON(label="Seen")
    pb.Button("Look").click(look, None, seen, api_name="look")

if __name__ == "__main__":
    demo.launch()
