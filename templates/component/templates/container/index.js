/** @type {import("@pegboard/types").ComponentModule} */
export default {
	render({ model, el, pegboard }) {
		const box = document.createElement("section");
		const button = document.createElement("button");
		button.type = "button";
		// The host puts the children here.
		const place = document.createElement("div");
		place.dataset.pbSlot = "default";
		box.append(button, place);
		el.append(box);

		function update() {
			const isOpen = model.get("open") !== false;
			button.textContent = model.get("label") || "{{ cookiecutter.class_name }}";
			button.setAttribute("aria-expanded", String(isOpen));
			place.hidden = !isOpen;
		}

		button.addEventListener("click", () => {
			const isOpen = model.get("open") === false;
			model.set("open", isOpen);
			model.save_changes();
			pegboard?.emit(isOpen ? "expand" : "collapse");
		});
		for (const key of ["open", "label"]) model.on(`change:${key}`, update);
		update();
	},
};
