/** What a text field does that its markup cannot say. */

type Field = HTMLInputElement | HTMLTextAreaElement;

/** How close to the end still counts as reading the end, in px. */
const NEAR_END = 40;

export function isAtEnd(field: Field): boolean {
	return field.scrollTop + field.clientHeight >= field.scrollHeight - NEAR_END;
}

/** Does the browser itself give a textarea the height of its text? It does so in the layout it makes anyway. */
export const fitsItself = CSS.supports("field-sizing", "content");

/** Fields to measure, and whether the end of their text shall be in view. */
const waiting = new Map<HTMLTextAreaElement, boolean>();

/** Give a textarea the height of its text, and show its end if asked; its style holds the smallest and the largest. */
export function fit(field: Field, toEnd = false): void {
	if (!(field instanceof HTMLTextAreaElement)) return;
	if (!fitsItself) {
		if (waiting.size === 0) queueMicrotask(fitAll);
		waiting.set(field, toEnd || waiting.get(field) === true);
	} else if (toEnd) field.scrollTop = field.scrollHeight;
}

/** All writes stand before all reads, so that a page of many fields is laid out once, not once for each. */
function fitAll(): void {
	const fields = [...waiting].map(([field, toEnd]) => ({ field, toEnd, at: field.scrollTop, height: 0 }));
	waiting.clear();
	for (const { field } of fields) field.style.blockSize = "auto";
	// A field in a hidden tab has no height to measure; its rows stand until it is seen.
	for (const one of fields) {
		const { scrollHeight, offsetHeight, clientHeight } = one.field;
		one.height = scrollHeight && scrollHeight + offsetHeight - clientHeight;
	}
	for (const { field, toEnd, at, height } of fields) {
		if (height) field.style.blockSize = `${height}px`;
		field.scrollTop = toEnd ? height : at;
	}
}

/** Does this key press submit? A field that begins with one line submits on Enter alone. */
export function submits(event: KeyboardEvent, lines: number): boolean {
	// While an input method composes, Enter accepts its suggestion.
	return event.key === "Enter" && !event.isComposing && event.shiftKey === lines > 1;
}

export function selectionOf(field: Field): { index: [number, number]; value: string } {
	const start = field.selectionStart ?? 0;
	const end = field.selectionEnd ?? 0;
	return { index: [start, end], value: field.value.slice(start, end) };
}

/** Copy text; resolves to whether it worked. */
export async function copyText(text: string, field: Field): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		// Pages over plain http have no clipboard object; the selection still can be copied.
		field.select();
		return document.execCommand("copy");
	}
}
