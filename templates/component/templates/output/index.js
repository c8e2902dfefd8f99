/** @type {import("@pegboard/types").ComponentModule} */
export default {
	render({ model, el }) {
		const row = document.createElement("div");
		row.className = "row";
		const meter = document.createElement("meter");
		const text = document.createElement("span");
		row.append(meter, text);
		el.append(row);

		function update() {
			const ids = model.get("$ids");
			if (ids?.label) meter.setAttribute("aria-labelledby", ids.label);
			else meter.setAttribute("aria-label", model.get("label") || "{{ cookiecutter.class_name }}");
			const value = model.get("value");
			meter.max = model.get("maximum") ?? 1;
			meter.value = value ?? 0;
			text.textContent = value == null ? "–" : value.toLocaleString(model.get("$locale"));
		}

		for (const key of ["value", "maximum", "label", "$ids", "$locale"]) model.on(`change:${key}`, update);
		update();
	},
};
