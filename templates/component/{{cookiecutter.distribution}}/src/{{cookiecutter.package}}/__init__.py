"""{{ cookiecutter.summary }}"""

from {{ cookiecutter.package }}.component import {{ cookiecutter.class_name }}

__all__ = ["{{ cookiecutter.class_name }}"]
