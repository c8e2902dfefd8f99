/** Texts in the visitor's language: markers that the app's author placed are replaced by words. */

export type Texts = Record<string, Record<string, string>>;
export type Translate = <T>(value: T) => T;

const MARK = "__i18n__";
const MARKER = /__i18n__(\{"key": "(?:[^"\\]|\\.)*"\})/g;

/** Returns a function that replaces markers anywhere in a value; without translations it does nothing. */
export function translator(texts: Texts | null | undefined, languages: readonly string[]): Translate {
	if (!texts) return (value) => value;
	const names = languages.flatMap((name) => [name.toLowerCase(), name.toLowerCase().split("-")[0] ?? ""]);
	const tables = [...new Set([...names, "en"])].map((name) => texts[name]).filter((table) => table !== undefined);

	function say(text: string): string {
		return text.replace(MARKER, (_, json: string) => {
			const { key } = JSON.parse(json) as { key: string };
			return tables.find((table) => key in table)?.[key] ?? key;
		});
	}

	function walk(value: unknown): unknown {
		if (typeof value === "string") return value.includes(MARK) ? say(value) : value;
		if (Array.isArray(value)) return value.map(walk);
		if (typeof value !== "object" || value === null) return value;
		const given = value as Record<string, unknown>;
		const result = Object.fromEntries(Object.entries(given).map(([key, item]) => [key, walk(item)]));
		// A choice is [caption, value]: the caption is for people, the value is what the server knows.
		if (Array.isArray(given.choices)) {
			result.choices = given.choices.map((choice: unknown) => (Array.isArray(choice) ? [walk(choice[0]), ...(choice.slice(1) as unknown[])] : choice));
			if ("value" in given) result.value = given.value;
		}
		return result;
	}

	return <T>(value: T) => walk(value) as T;
}
