/** Small conversions from props to CSS. */
import type { Props } from "./contract";

/** Pixels for a number, the text itself for a CSS length, nothing for nothing. */
export function lengthOf(size: unknown): string | null {
	if (typeof size === "number") return `${size}px`;
	if (typeof size !== "string" || size === "") return null;
	return /^\d+(\.\d+)?$/.test(size) ? `${size}px` : size;
}

export function classesOf(props: Props): string {
	const given = props.elem_classes;
	return Array.isArray(given) ? given.join(" ") : typeof given === "string" ? given : "";
}
