{% raw %}import base from "./base/index.js";

/** @type {import("@pegboard/types").ComponentModule} */
export default {
	...base,
	async render(context) {
		const { model, el } = context;
		const inner = document.createElement("div");
		const note = document.createElement("p");
		note.className = "note";
		el.append(inner, note);

		const update = () => {
			note.textContent = {% endraw %}{% if cookiecutter.frontend == "vanilla" %}{% raw %}model.get("note") ?? "";{% endraw %}{% else %}{% raw %}String(model.get("note") ?? "");{% endraw %}{% endif %}{% raw %}
			note.hidden = !note.textContent;
		};
		model.on("change:note", update);
		update();

		return base.render({ ...context, el: inner });
	},
}{% endraw %}{% if cookiecutter.frontend != "vanilla" %} satisfies import("@pegboard/types").ComponentModule{% endif %};
