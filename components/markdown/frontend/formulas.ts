/** Formulas: found before Markdown is parsed, so that it does not touch what is inside them. */
import type { Delimiter } from "./types";

export interface Formula {
	source: string;
	display: boolean;
}

/** Stands for a formula in the text; a private-use character that no author types. */
const mark = (at: number) => `\uE000${at}\uE001`;
const MARK = /\uE000(\d+)\uE001/g;

/** Take formulas out of a text, leaving code alone. */
export function takeFormulas(text: string, delimiters: Delimiter[]): { text: string; formulas: Formula[] } {
	const formulas: Formula[] = [];
	if (!delimiters.some((one) => text.includes(one.left))) return { text, formulas };
	// Longer delimiters first: `$$` is not two `$`.
	const sorted = [...delimiters].sort((one, other) => other.left.length - one.left.length);
	let out = "";
	let at = 0;
	while (at < text.length) {
		const code = codeAt(text, at);
		if (code > at) {
			out += text.slice(at, code);
			at = code;
			continue;
		}
		const open = text[at - 1] === "\\" ? undefined : sorted.find((one) => text.startsWith(one.left, at));
		const end = open ? text.indexOf(open.right, at + open.left.length) : -1;
		if (open && end > at + open.left.length) {
			out += mark(formulas.length);
			formulas.push({ source: text.slice(at + open.left.length, end), display: open.display ?? false });
			at = end + open.right.length;
		} else {
			out += text[at];
			at += 1;
		}
	}
	return { text: out, formulas };
}

/** Put formulas back as HTML. */
export function putFormulas(html: string, drawn: string[]): string {
	return html.replace(MARK, (_, at: string) => drawn[Number(at)] ?? "");
}

/** Where the code that begins at a position ends; the position itself when none does. */
function codeAt(text: string, at: number): number {
	if (text[at] !== "`") return at;
	const ticks = /^`+/.exec(text.slice(at))?.[0] ?? "`";
	const end = text.indexOf(ticks, at + ticks.length);
	return end < 0 ? at + ticks.length : end + ticks.length;
}
