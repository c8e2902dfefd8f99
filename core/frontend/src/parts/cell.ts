/** How one value looks in a table of examples, as the component described it. */
export interface Cell {
	kind: "text" | "number" | "boolean" | "image" | "files" | "json" | "markdown" | "html" | "table" | "empty";
	value: unknown;
}

const LIMIT = 80;

export function textOf(cell: Cell): string {
	const { kind, value } = cell;
	if (kind === "empty" || value === null || value === undefined) return "";
	if (kind === "boolean") return value ? "Yes" : "No";
	if (kind === "files") return (Array.isArray(value) ? value : [value]).map(String).join(", ");
	const text = typeof value === "string" ? value : JSON.stringify(value);
	const plain = kind === "html" ? (new DOMParser().parseFromString(text, "text/html").body.textContent ?? "") : text;
	return plain.length > LIMIT ? `${plain.slice(0, LIMIT)}…` : plain;
}
