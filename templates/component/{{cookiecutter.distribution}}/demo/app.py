"""Shows {{ cookiecutter.class_name }}: `pegboard component dev`, or `python demo/app.py`."""

{% if cookiecutter.kind == "output" and not cookiecutter.base -%}
import random

{% endif -%}
import pegboard as pb

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}

with pb.Blocks(title="{{ cookiecutter.class_name }}") as demo:
{%- if cookiecutter.base or cookiecutter.kind in ("input", "media") %}
    given = {{ cookiecutter.class_name }}(label="Change it")
    shown = {{ cookiecutter.class_name }}(label="What the function got", interactive=False)
    given.change(lambda value: value, given, shown)
{%- elif cookiecutter.kind == "output" %}
    {{ cookiecutter.class_name }}(value=0.25, label="A quarter")
    shown = {{ cookiecutter.class_name }}(label="Chance")
    demo.load(random.random, None, shown)
{%- else %}
    with {{ cookiecutter.class_name }}(label="Open me"):
        pb.Prose("Whatever is made inside `with` stands in here.")
    with {{ cookiecutter.class_name }}(label="Closed at first", open=False):
        pb.Prose("Now you see me.")
{%- endif %}

if __name__ == "__main__":
    demo.launch()
