/** Writes Python: literals, constructor calls, whole scripts; and colours it for reading. */
import type { Card, Detail } from "./types";

export function literal(value: unknown): string {
	if (value === null || value === undefined) return "None";
	if (value === true) return "True";
	if (value === false) return "False";
	if (typeof value === "number") return Number.isFinite(value) ? String(value) : "None";
	if (typeof value === "string") return JSON.stringify(value).replace(/\\u([0-9a-f]{4})/g, "\\u$1");
	if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
	const pairs = Object.entries(value as Record<string, unknown>).map(([key, item]) => `${literal(key)}: ${literal(item)}`);
	return `{${pairs.join(", ")}}`;
}

/** `pb.Slider(minimum=0, label="Volume")`, on several lines when it is long. */
export function call(card: Pick<Card, "class">, given: Record<string, unknown>, indent = ""): string {
	const args = Object.entries(given).map(([name, value]) => `${name}=${literal(value)}`);
	const short = `pb.${card.class}(${args.join(", ")})`;
	if (short.length + indent.length <= 72) return short;
	return `pb.${card.class}(\n${args.map((arg) => `${indent}    ${arg},\n`).join("")}${indent})`;
}

export function interfaceScript(detail: Detail, given: Record<string, unknown>): string {
	const hint = detail.returns[0] ? `  # ${[...new Set(detail.returns)].join(" or ")}` : "";
	if (!detail.roles.includes("input")) {
		return `import pegboard as pb

def answer(question):
    return ...${hint}

pb.Interface(
    answer,
    inputs="textbox",
    outputs=${call(detail, given, "    ")},
).launch()
`;
	}
	const type = detail.accepts[0] ? `  # ${[...new Set(detail.accepts)].join(" or ")}` : "";
	return `import pegboard as pb

def answer(value):${type}
    return repr(value)

pb.Interface(
    answer,
    inputs=${call(detail, given, "    ")},
    outputs="textbox",
).launch()
`;
}

export function blocksScript(detail: Detail, given: Record<string, unknown>): string {
	const name = detail.name.replace(/\W/g, "_");
	const event = detail.events.find((item) => ["change", "click"].includes(item.name)) ?? detail.events[0];
	const listen = event ? `    ${name}.${event.name}(lambda value: print(value), ${name}, None)\n` : "";
	return `import pegboard as pb

with pb.Blocks() as app:
    ${name} = ${call(detail, given, "    ")}
${listen}
app.launch()
`;
}

export function clientScript(payload: unknown, type: string): string {
	return `from gradio_client import Client

client = Client("http://127.0.0.1:7860")
client.predict(${literal(payload)}, api_name="/answer")${type ? `  # ${type}` : ""}
`;
}

export function composeScript(inputs: { card: Card; given: Record<string, unknown> }[], outputs: { card: Card; given: Record<string, unknown> }[], title: string): string {
	const names = parameterNames(inputs.map(({ card }) => card));
	const list = (items: { card: Card; given: Record<string, unknown> }[]): string =>
		items.length === 0 ? "None" : items.length === 1 && items[0] ? call(items[0].card, items[0].given, "    ") : `[\n${items.map(({ card, given }) => `        ${call(card, given, "        ")},\n`).join("")}    ]`;
	const result = outputs.length === 0 ? "    ..." : `    return ${outputs.map(() => "...").join(", ")}${outputs.some(({ card }) => card.returns[0]) ? `  # ${outputs.map(({ card }) => card.returns[0] ?? card.title).join(", ")}` : ""}`;
	return `import pegboard as pb

def run(${names.join(", ")}):
${result}

pb.Interface(
    run,
    inputs=${list(inputs)},
    outputs=${list(outputs)},${title ? `\n    title=${literal(title)},` : ""}
).launch()
`;
}

function parameterNames(cards: Pick<Card, "name">[]): string[] {
	const seen = new Map<string, number>();
	const total = (name: string): number => cards.filter((card) => card.name === name).length;
	return cards.map((card) => {
		const name = card.name.replace(/\W/g, "_");
		if (total(card.name) === 1) return name;
		const count = (seen.get(name) ?? 0) + 1;
		seen.set(name, count);
		return `${name}_${count}`;
	});
}

export type Kind = "keyword" | "string" | "comment" | "number" | "decorator" | "name" | "plain";

const TOKEN = /("""[\s\S]*?"""|'''[\s\S]*?'''|[rbf]{0,2}"(?:\\.|[^"\\\n])*"|[rbf]{0,2}'(?:\\.|[^'\\\n])*')|(#[^\n]*)|(@[\w.]+)|\b(\d[\d_.]*(?:e-?\d+)?)\b|([A-Za-z_]\w*)/g;
const KEYWORDS = new Set(
	"and as assert async await break class continue def del elif else except finally for from global if import in is lambda None nonlocal not or pass raise return True False try while with yield".split(" "),
);

/** Cut Python into coloured pieces. */
export function pieces(source: string): { text: string; kind: Kind }[] {
	const found: { text: string; kind: Kind }[] = [];
	let at = 0;
	for (const match of source.matchAll(TOKEN)) {
		if (match.index > at) found.push({ text: source.slice(at, match.index), kind: "plain" });
		const [text, string, comment, decorator, number, word] = match;
		const isCall = word !== undefined && source[match.index + text.length] === "(";
		const kind: Kind = string ? "string" : comment ? "comment" : decorator ? "decorator" : number ? "number" : word && KEYWORDS.has(word) ? "keyword" : isCall ? "name" : "plain";
		found.push({ text, kind });
		at = match.index + text.length;
	}
	if (at < source.length) found.push({ text: source.slice(at), kind: "plain" });
	return found;
}
