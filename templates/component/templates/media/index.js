const KINDS = { image: "img", audio: "audio", video: "video" };

/** @type {import("@pegboard/types").ComponentModule} */
export default {
	render({ model, el, signal, pegboard }) {
		const shown = document.createElement("div");
		const row = document.createElement("div");
		row.className = "row";
		const choose = document.createElement("input");
		choose.type = "file";
		const clear = document.createElement("button");
		clear.type = "button";
		clear.textContent = "Clear";
		row.append(choose, clear);
		el.append(shown, row);

		function save(value, event) {
			model.set("value", value);
			model.save_changes();
			pegboard?.emit(event);
		}

		choose.addEventListener("change", async () => {
			if (!choose.files?.length || !pegboard) return;
			const [file] = await pegboard.upload([...choose.files], { signal });
			choose.value = "";
			if (file) save(file, "upload");
		});
		clear.addEventListener("click", () => save(null, "clear"));

		function preview(file) {
			if (!file) return "Nothing yet.";
			const name = file.orig_name ?? "file";
			const tag = KINDS[(file.mime_type ?? "").split("/")[0]];
			const address = pegboard?.url(file) ?? file.url;
			if (!tag || !address) return name;
			const media = document.createElement(tag);
			media.src = address;
			if (tag === "img") media.alt = name;
			else Object.assign(media, { controls: true, ariaLabel: name });
			return media;
		}

		function draw() {
			shown.replaceChildren(preview(model.get("value")));
			update();
		}

		function update() {
			const ids = model.get("$ids");
			if (ids?.label) choose.setAttribute("aria-labelledby", ids.label);
			else choose.setAttribute("aria-label", model.get("label") || "{{ cookiecutter.class_name }}");
			choose.accept = model.get("accept") ?? "";
			row.hidden = model.get("$interactive") === false;
			clear.hidden = !model.get("value");
		}

		model.on("change:value", draw);
		for (const key of ["accept", "label", "$interactive", "$ids"]) model.on(`change:${key}`, update);
		draw();
	},
};
