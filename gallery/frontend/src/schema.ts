/** Reads an option's JSON Schema: which control can change it. */
import type { Option, Schema } from "./types";

export type Control =
	| { kind: "toggle" }
	| { kind: "number"; whole: boolean; minimum: number | null; maximum: number | null }
	| { kind: "text" }
	| { kind: "choice"; choices: (string | number | boolean | null)[] }
	| { kind: "json"; shape: "array" | "object" | "any" };

/** Options that only the server acts on, or that need Python objects: nothing to see in a frame. */
const SERVER_SIDE = new Set(["every", "inputs", "key", "preserved_by_key", "value", "elem_id", "elem_classes", "render", "scale", "min_width"]);

export interface Described {
	control: Control;
	/** `None` is allowed, so the control may be empty. */
	isOptional: boolean;
}

export function controlOf(option: Option): Described | null {
	if (SERVER_SIDE.has(option.name) || /\bCallable\b/.test(option.type)) return null;
	if (option.name === "label" || option.name === "info") return { control: { kind: "text" }, isOptional: true };
	const parts = alternatives(option.schema);
	const isOptional = parts.some((part) => part.type === "null");
	const rest = parts.filter((part) => part.type !== "null");
	const control = controlFor(rest);
	return control && { control, isOptional };
}

function alternatives(schema: Schema): Schema[] {
	const parts = schema.anyOf ?? schema.oneOf;
	return Array.isArray(parts) ? (parts as Schema[]).flatMap(alternatives) : Object.keys(schema).length > 0 ? [schema] : [];
}

function controlFor(parts: Schema[]): Control | null {
	if (parts.length === 0) return null;
	const choices = parts.flatMap((part): (string | number | boolean | null)[] => {
		if (Array.isArray(part.enum)) return part.enum as (string | number)[];
		if ("const" in part) return [part.const as string];
		if (part.type === "boolean" && parts.length > 1) return [true, false];
		return [];
	});
	const isAllChoices = parts.every((part) => Array.isArray(part.enum) || "const" in part || (part.type === "boolean" && parts.length > 1));
	if (isAllChoices && choices.length > 0) return { kind: "choice", choices };
	const types = new Set(parts.map((part) => part.type));
	if (types.size === 1 && types.has("boolean")) return { kind: "toggle" };
	if ([...types].every((type) => type === "integer" || type === "number")) {
		const [first] = parts;
		const bound = (...keys: string[]): number | null => {
			for (const key of keys) if (typeof first?.[key] === "number") return first[key] as number;
			return null;
		};
		return { kind: "number", whole: !types.has("number"), minimum: bound("minimum", "exclusiveMinimum"), maximum: bound("maximum", "exclusiveMaximum") };
	}
	if (types.size === 1 && types.has("string")) return { kind: "text" };
	if (types.has("string") && !types.has("array") && !types.has("object")) return { kind: "text" };
	if (types.has("array")) return { kind: "json", shape: "array" };
	if (types.has("object")) return { kind: "json", shape: "object" };
	return { kind: "json", shape: "any" };
}

export function isFile(schema: Schema): boolean {
	const meta = (schema.properties as Record<string, Schema> | undefined)?.meta;
	const marker = (meta?.properties as Record<string, Schema> | undefined)?._type;
	return marker?.const === "gradio.FileData" || schema.title === "FileData" || schema.title === "ImageData";
}
