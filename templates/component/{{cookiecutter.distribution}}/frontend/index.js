{% if cookiecutter.base %}{% include "base/index.js" %}{% else %}{% include cookiecutter.kind ~ "/index.js" %}{% endif %}
