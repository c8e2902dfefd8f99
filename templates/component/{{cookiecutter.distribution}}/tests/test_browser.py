"""What people see and do, in a real browser: mounted, updated and taken away, light and dark, with axe."""

from pegboard.testing.browser import FrontendConformance

from {{ cookiecutter.package }} import {{ cookiecutter.class_name }}


class Test{{ cookiecutter.class_name }}InABrowser(FrontendConformance):
    component = {{ cookiecutter.class_name }}
