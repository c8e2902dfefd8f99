/** What the open list offers for a text; pure, so that the field only draws it. */
import type { Choice, Scalar } from "./types";

export interface Option {
	/** Position among the choices, or null for a text of the person's own. */
	index: number | null;
	name: string;
	value: Scalar;
}

export interface Offer {
	options: Option[];
	/** Choices that match and have no row. */
	hidden: number;
}

export function offer(choices: Choice[], text: string, limit: number, allowsCustom: boolean): Offer {
	const wanted = fold(text);
	const options: Option[] = [];
	let matches = 0;
	let isExact = false;
	for (const [index, [name, value]] of choices.entries()) {
		const folded = fold(name);
		if (!folded.includes(wanted)) continue;
		matches += 1;
		isExact ||= folded === wanted;
		if (limit === 0 || options.length < limit) options.push({ index, name, value });
	}
	const hidden = matches - options.length;
	if (allowsCustom && wanted && !isExact) options.push({ index: null, name: text.trim(), value: text.trim() });
	return { options, hidden };
}

/** The choice that a text names exactly, for a text that is committed without picking a row. */
export function named(choices: Choice[], text: string): number {
	const wanted = fold(text);
	return choices.findIndex(([name]) => fold(name) === wanted);
}

export function nameOf(choices: Choice[], value: Scalar): string {
	return choices.find(([, known]) => known === value)?.[0] ?? String(value);
}

function fold(text: string): string {
	return text.trim().toLocaleLowerCase();
}
