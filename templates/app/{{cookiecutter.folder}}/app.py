"""{{ cookiecutter.title }}: `pegboard run app.py` shows it and follows edits."""

import pegboard as pb


def greet(name: str, excited: bool = False) -> str:
    """Return a greeting."""
    return f"Hello {name}" + ("!" if excited else ".")


demo = pb.Interface(greet, title="{{ cookiecutter.title }}", api_name="greet")

if __name__ == "__main__":
    demo.launch()
