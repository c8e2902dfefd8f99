/** Small texts: sizes, statuses. */
import type { Status } from "./types";

export function kb(bytes: number | null): string {
	if (bytes === null) return "–";
	if (bytes < 1000) return `${bytes} B`;
	return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export const STATUS: Record<Status, string> = {
	installed: "Installed",
	update: "Update available",
	available: "Available",
	broken: "Broken",
};

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Prose from a docstring: code between backticks, one or two. */
export function prose(text: string): { text: string; isCode: boolean }[] {
	return text.split(/(``[^`]+``|`[^`]+`)/).filter(Boolean).map((part) => (part.startsWith("`") ? { text: part.replace(/^`+|`+$/g, ""), isCode: true } : { text: part, isCode: false }));
}
