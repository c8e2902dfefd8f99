{% if cookiecutter.base -%}
import "./base/style.css";
import "./style.css";
{% include "base/index.js" %}
{%- elif cookiecutter.frontend == "svelte" -%}
import { component } from "@pegboard/svelte";
import {{ cookiecutter.class_name }} from "./{{ cookiecutter.class_name }}.svelte";

export default component({{ cookiecutter.class_name }});
{%- else -%}
import { component } from "@pegboard/react";
import { {{ cookiecutter.class_name }} } from "./{{ cookiecutter.class_name }}";
import "./style.css";

export default component({{ cookiecutter.class_name }});
{%- endif %}
