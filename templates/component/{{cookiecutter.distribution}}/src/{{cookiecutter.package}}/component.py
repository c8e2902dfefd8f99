{% if cookiecutter.base %}{% include "base/component.py" %}{% else %}{% include cookiecutter.kind ~ "/component.py" %}{% endif %}
