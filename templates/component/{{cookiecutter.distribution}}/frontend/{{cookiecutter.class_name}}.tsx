{% if not cookiecutter.base %}{% include cookiecutter.kind ~ "/Widget.tsx" %}{% endif %}
