{% if cookiecutter.base %}{% include "base/test_component.py" %}{% else %}{% include cookiecutter.kind ~ "/test_component.py" %}{% endif %}
