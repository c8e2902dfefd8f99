/** What an element shows, as text: two components in the same state give the same text. */

/** The page's own boxes differ by their numbers; a component's ids differ from one to the next. */
export function appearanceOf(root: HTMLElement): string {
	const ids = new Map<string, string>();
	for (const element of root.querySelectorAll("[id], [name]")) {
		for (const name of [element.id, element.getAttribute("name")]) {
			if (name && !ids.has(name)) ids.set(name, `#${ids.size + 1}`);
		}
	}
	return [...root.childNodes].map((node) => describe(node, ids)).join("");
}

/** What a control began with; what it is now is in its state. Frameworks leave these where first values were. */
function isDefault(element: Element, name: string): boolean {
	if (name === "checked" || name === "selected") return true;
	const hasValue = element instanceof HTMLMeterElement || element instanceof HTMLProgressElement;
	return name === "value" && (hasValue || (element instanceof HTMLInputElement && !TICKED.has(element.type)));
}

const TICKED = new Set(["checkbox", "radio", "file"]);

function describe(node: Node, ids: Map<string, string>): string {
	if (node instanceof Text) return node.data;
	if (!(node instanceof Element)) return "";
	const tag = node.localName;
	const attributes = [...node.attributes]
		// A style whose last rule was taken back stays as an empty attribute.
		.filter(({ name, value }) => !isDefault(node, name) && (name !== "style" || value !== ""))
		.map(({ name, value }) => `${name}=${JSON.stringify(withoutIds(value, ids))}`)
		.sort()
		.join(" ");
	const inside = [...node.childNodes, ...(node.shadowRoot?.childNodes ?? [])].map((child) => describe(child, ids)).join("");
	return `<${tag} ${attributes} ${stateOf(node)}>${inside}</${tag}>\n`;
}

function withoutIds(value: string, ids: Map<string, string>): string {
	return value
		.split(/\s+/)
		.map((word) => ids.get(word) ?? (word.startsWith("#") ? (ids.get(word.slice(1)) ?? word) : word))
		.join(" ")
		.replace(/blob:\S+/g, "blob:");
}

/** What a person sees of a control that is no attribute. */
function stateOf(element: Element): string {
	if (element instanceof HTMLInputElement) {
		// What is ticked is in `checked`, and a chosen file's name is not for scripts.
		const value = TICKED.has(element.type) ? "" : element.value;
		return JSON.stringify([value, element.checked, element.disabled]);
	}
	if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return JSON.stringify([element.value, element.disabled]);
	if (element instanceof HTMLCanvasElement) return element.width * element.height > 0 ? element.toDataURL() : "";
	if (element instanceof HTMLMeterElement) return String(element.value);
	if (element instanceof HTMLProgressElement) return String([element.value, element.position]);
	return "";
}
