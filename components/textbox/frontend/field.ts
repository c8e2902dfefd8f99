/** What a text field does that its markup cannot say. */

type Field = HTMLInputElement | HTMLTextAreaElement;

/** How close to the end still counts as reading the end, in px. */
const NEAR_END = 40;

export function isAtEnd(field: Field): boolean {
	return field.scrollTop + field.clientHeight >= field.scrollHeight - NEAR_END;
}

/** Give a textarea the height of its text; its style holds the smallest and the largest. */
export function fit(field: Field): void {
	if (field.localName !== "textarea") return;
	const at = field.scrollTop;
	field.style.blockSize = "auto";
	// A field in a hidden tab has no height to measure; its rows stand until it is seen.
	if (field.scrollHeight > 0) field.style.blockSize = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
	field.scrollTop = at;
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
