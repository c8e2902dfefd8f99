/**
 * Search as one types: words match names, tags and descriptions; a Python type matches what a component
 * can show or take. "what can show a pandas.DataFrame?" is a question about a type and a direction.
 */
import type { Card, DemoRow } from "./types";

const FILLERS = new Set(
	"a an and any are can component components could do does find for from has have i in is it let me my need of one or people please some something that the there these thing to user used using want what which widget with would you".split(" "),
);
const SHOWS = new Set(["show", "shows", "display", "displays", "output", "outputs", "draw", "draws", "view", "render", "plot", "return", "returns"]);
const TAKES = new Set(["accept", "accepts", "take", "takes", "input", "inputs", "enter", "edit", "edits", "choose", "pick", "ask", "upload", "give", "gives"]);
const SHORT: Record<string, string> = { pd: "pandas", np: "numpy", plt: "matplotlib.pyplot", pl: "polars", Image: "PIL.Image", DataFrame: "pandas.DataFrame", ndarray: "numpy.ndarray" };
/** Types as people say them. */
const SPOKEN: [RegExp, string][] = [
	[/\bpil(low)? images?\b/gi, "PIL.Image"],
	[/\bnumpy arrays?\b/gi, "numpy.ndarray"],
	[/(?<![.\w])(pandas )?data ?frames?\b/gi, "pandas.DataFrame"],
];
const BUILTIN = new Set(["str", "int", "float", "bool", "dict", "list", "tuple", "set", "bytes", "Path", "Literal", "Enum"]);

export interface Question {
	/** What the words are, without fillers. */
	words: string[];
	/** Python types asked for, as written out. */
	types: string[];
	direction: "show" | "take" | null;
}

export function understand(text: string): Question {
	const words: string[] = [];
	const types: string[] = [];
	let direction: Question["direction"] = null;
	const written = SPOKEN.reduce((whole, [words, type]) => whole.replace(words, type), text);
	const tokens = written.replace(/[?!,;"'()]+(?=\s|$)/g, " ").replace(/(^|\s)["'(]+/g, " ").split(/\s+/).filter(Boolean);
	for (const token of tokens) {
		const low = token.toLowerCase();
		if (isType(token)) types.push(writtenOut(token));
		else if (tokens.length > 1 && SHOWS.has(low)) direction = "show";
		else if (tokens.length > 1 && TAKES.has(low)) direction = "take";
		else if (!FILLERS.has(low)) words.push(low);
	}
	return { words, types, direction };
}

/** Something with a dot inside, a builtin, or a class name of a library that everybody knows. */
function isType(token: string): boolean {
	return /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+(\[.*\])?$/.test(token) || BUILTIN.has(token.replace(/\[.*$/, "")) || (token in SHORT && /^[A-Z]|nd/.test(token));
}

function writtenOut(token: string): string {
	const [head = "", ...rest] = token.split(".");
	const known = SHORT[head];
	if (!known) return token;
	return rest.length > 0 && known.startsWith("PIL") ? `PIL.${token}` : [known, ...rest].join(".");
}

/** Is what a manifest declares the type that was asked for? */
export function isSameType(declared: string, asked: string): boolean {
	const plain = (text: string): string => text.replace(/\[.*$/, "").toLowerCase();
	const [have, want] = [plain(declared), plain(asked)];
	return have === want || have.endsWith(`.${want}`) || have.startsWith(`${want}.`) || want.endsWith(`.${have}`);
}

export interface Found<T> {
	item: T;
	rank: number;
}

export function rankCard(card: Card, question: Question): number {
	let rank = 0;
	for (const type of question.types) {
		// A component that a function's argument becomes takes the type; one its result goes to shows it.
		const shows = card.roles.includes("output") ? card.returns : [];
		const takes = card.roles.includes("input") ? card.accepts : [];
		const places = question.direction === "show" ? shows : question.direction === "take" ? takes : [...shows, ...takes];
		const index = places.findIndex((declared) => isSameType(declared, type));
		if (index < 0) return 0;
		rank += 80 - index;
	}
	for (const word of question.words) {
		const found = rankWord(card, word);
		if (found === 0) return 0;
		rank += found;
	}
	if (question.types.length === 0 && question.direction) {
		if (!card.roles.includes(question.direction === "show" ? "output" : "input")) return 0;
		rank += 1;
	}
	return rank + (card.status === "installed" ? 0.5 : 0);
}

/** A card's words in lower case. */
interface Folded {
	name: string;
	title: string;
	class: string;
	tags: string[];
	types: string[];
	summary: string;
	others: string;
}

const folded = new WeakMap<Card, Folded>();

function fold(card: Card): Folded {
	let found = folded.get(card);
	if (!found) {
		const low = (texts: string[]): string[] => texts.map((text) => text.toLowerCase());
		found = {
			name: card.name.toLowerCase(),
			title: card.title.toLowerCase(),
			class: card.class.toLowerCase(),
			tags: low([...card.keywords, ...card.aliases, card.category]),
			types: low([...card.accepts, ...card.returns]),
			summary: card.summary.toLowerCase(),
			others: `${card.distribution}\n${card.author}`.toLowerCase(),
		};
		folded.set(card, found);
	}
	return found;
}

function rankWord(card: Card, word: string): number {
	const { name, title, tags, types, summary, ...rest } = fold(card);
	if (name === word || title === word || rest.class === word) return 100;
	if (name.startsWith(word) || title.startsWith(word)) return 70;
	if (tags.includes(word)) return 50;
	if (title.includes(word) || name.includes(word)) return 40;
	if (tags.some((tag) => tag.startsWith(word))) return 30;
	if (types.some((type) => type.includes(word))) return 25;
	const at = summary.indexOf(word);
	if (at === 0 || (at > 0 && /\W/.test(summary[at - 1] ?? ""))) return 15;
	if (rest.others.includes(word)) return 10;
	return at > 0 ? 5 : 0;
}

export function rankDemo(demo: DemoRow, words: string[]): number {
	let rank = 1;
	for (const word of words) {
		const title = demo.title.toLowerCase();
		const exact = [...demo.features, ...demo.components, demo.name].map((tag) => tag.toLowerCase());
		if (title.startsWith(word)) rank += 60;
		else if (exact.includes(word)) rank += 50;
		else if (title.includes(word) || exact.some((tag) => tag.includes(word))) rank += 30;
		else if (demo.summary.toLowerCase().includes(word)) rank += 10;
		else return 0;
	}
	return rank;
}

/** The closest title, for a word that found nothing. */
export function closest(word: string, titles: string[]): string | null {
	const scored = titles.map((title) => ({ title, far: distance(word.toLowerCase(), title.toLowerCase()) }));
	scored.sort((a, b) => a.far - b.far);
	const best = scored[0];
	return best && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.title : null;
}

function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}
