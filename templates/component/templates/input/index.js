/** @type {import("@pegboard/types").ComponentModule} */
export default {
	render({ model, el, pegboard }) {
		const group = document.createElement("div");
		group.className = "row";
		group.setAttribute("role", "radiogroup");
		el.append(group);
		// Radio buttons of one name belong together, so each view has a name of its own.
		const name = `choice-${Math.random().toString(36).slice(2)}`;

		function choose(number) {
			model.set("value", number);
			model.save_changes();
			pegboard?.emit("input");
		}

		function build() {
			const numbers = Array.from({ length: model.get("maximum") ?? 5 }, (_, index) => index + 1);
			group.replaceChildren(
				...numbers.map((number) => {
					const label = document.createElement("label");
					const input = document.createElement("input");
					Object.assign(input, { type: "radio", name, value: number, ariaLabel: `${number}` });
					input.addEventListener("change", () => choose(number));
					label.append(input, "★");
					return label;
				}),
			);
			update();
		}

		function update() {
			const ids = model.get("$ids");
			if (ids?.label) group.setAttribute("aria-labelledby", ids.label);
			else group.setAttribute("aria-label", model.get("label") || "{{ cookiecutter.class_name }}");
			const value = model.get("value") ?? 0;
			for (const label of group.children) {
				const input = label.firstElementChild;
				input.checked = Number(input.value) === value;
				input.disabled = model.get("$interactive") === false;
				label.className = Number(input.value) <= value ? "on" : "off";
			}
		}

		model.on("change:maximum", build);
		for (const key of ["value", "label", "$interactive", "$ids"]) model.on(`change:${key}`, update);
		build();
	},
};
