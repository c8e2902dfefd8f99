/**
 * Example values for a stage without a server: the manifest's own where they show something, else made
 * from the payload's schema and the component's category. Never from a list of components.
 */
import { isFile } from "./schema";
import type { Detail, Schema } from "./types";

const CHOICES = ["Oak", "Ash", "Birch", "Maple"];

/** The props that the component's module gets: defaults that say something, the example's, the reader's. */
export function stageProps(detail: Detail, given: Record<string, unknown> = {}): Record<string, unknown> {
	const props: Record<string, unknown> = {};
	for (const option of detail.options) {
		// `None` means "as the browser code thinks best", and that is what an absent prop says.
		if (option.default !== null && option.default !== undefined) props[option.name] = option.default;
	}
	Object.assign(props, detail.examples[0]?.props ?? {});
	if (!("label" in given) && !props.label) props.label = detail.title;
	for (const [name, value] of Object.entries(given)) {
		if (value === null) delete props[name];
		else props[name] = value;
	}
	if (detail.options.some((option) => option.name === "choices")) {
		const choices = Array.isArray(props.choices) && props.choices.length > 0 ? (props.choices as unknown[]) : CHOICES;
		props.choices = choices.map((choice) => (Array.isArray(choice) ? choice : [String(choice), choice]));
	}
	if (!("value" in given)) props.value = sampleValue(detail, props);
	for (const name of ["every", "inputs", "key", "preserved_by_key", "visible", "interactive"]) delete props[name];
	return props;
}

export function sampleValue(detail: Detail, props: Record<string, unknown> = {}): unknown {
	const example = detail.examples[0]?.payload;
	if (Array.isArray(props.choices)) {
		const [first] = props.choices as [string, unknown][];
		const one = first?.[1] ?? null;
		return props.multiselect || detail.payload.type === "array" ? [one] : one;
	}
	if (isFile(detail.payload) || isFileValue(example)) {
		const file = sampleFile(detail.category, detail.keywords);
		return file && props.file_count && props.file_count !== "single" ? [file] : file;
	}
	if (!isDull(example)) return withFiles(example, detail);
	return fromSchema(detail.payload) ?? example ?? null;
}

function isDull(value: unknown): boolean {
	return value === undefined || value === null || value === 0 || value === "" || value === false || (typeof value === "object" && Object.keys(value as object).length === 0);
}

function isFileValue(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && (value as { meta?: { _type?: unknown } }).meta?._type === "gradio.FileData";
}

/** Files in a structured example get something to show as well. */
function withFiles(value: unknown, detail: Detail): unknown {
	if (isFileValue(value)) return value.url ? value : sampleFile(guess(String(value.orig_name ?? value.path ?? "")) ?? detail.category, detail.keywords);
	if (Array.isArray(value)) return value.map((item) => withFiles(item, detail));
	if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFiles(item, detail)]));
	return value;
}

function fromSchema(schema: Schema): unknown {
	const parts = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
	if (Array.isArray(parts)) return fromSchema(parts.find((part) => part.type !== "null") ?? {});
	if ("const" in schema) return schema.const;
	if (Array.isArray(schema.enum)) return schema.enum[0];
	switch (schema.type) {
		case "boolean":
			return true;
		case "integer":
		case "number": {
			const low = typeof schema.minimum === "number" ? schema.minimum : 0;
			const high = typeof schema.maximum === "number" ? schema.maximum : low + 100;
			const middle = low + (high - low) * 0.62;
			return schema.type === "integer" || high - low >= 10 ? Math.round(middle) : Number(middle.toFixed(2));
		}
		case "string":
			return "Hang a hook wherever you need one.";
		case "array": {
			const item = fromSchema((schema.items as Schema | undefined) ?? {});
			return item === null || item === undefined ? null : [item];
		}
		case "object": {
			const properties = (schema.properties ?? {}) as Record<string, Schema>;
			const found = Object.entries(properties).map(([key, part]) => [key, fromSchema(part)] as const);
			return found.length > 0 ? Object.fromEntries(found) : null;
		}
		default:
			return null;
	}
}

function guess(name: string): string | null {
	if (/\.(png|jpe?g|webp|gif|svg)$/i.test(name)) return "image";
	if (/\.(wav|mp3|ogg|flac)$/i.test(name)) return "audio";
	if (/\.(mp4|webm|mov)$/i.test(name)) return "video";
	return null;
}

function sampleFile(category: string, keywords: string[]): object | null {
	const about = [category, ...keywords].join(" ");
	if (/image|picture|photo|gallery/.test(about)) return file("hills.svg", "image/svg+xml", `data:image/svg+xml;base64,${btoa(PICTURE)}`, PICTURE.length);
	if (/audio|sound|music/.test(about)) return file("chime.wav", "audio/wav", chime(), 0);
	if (/video|film/.test(about)) return null;
	const text = "Hang a hook wherever you need one.\n";
	return file("notes.txt", "text/plain", `data:text/plain;base64,${btoa(text)}`, text.length);
}

function file(name: string, mime: string, url: string, size: number): object {
	return { path: name, url, size: size || url.length, orig_name: name, mime_type: mime, is_stream: false, meta: { _type: "gradio.FileData" } };
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400" viewBox="0 0 640 400"><defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#312e81"/><stop offset=".55" stop-color="#c2587a"/><stop offset="1" stop-color="#fbbf72"/></linearGradient></defs><rect width="640" height="400" fill="url(#s)"/><circle cx="430" cy="215" r="56" fill="#ffe9b8"/><path d="M0 270 Q90 190 190 250 T380 240 T640 215 V400 H0z" fill="#5b3a74"/><path d="M0 320 Q130 240 260 305 T520 290 T640 300 V400 H0z" fill="#3b2a5e"/><path d="M0 362 Q160 310 320 352 T640 340 V400 H0z" fill="#241c42"/></svg>`;

/** Half a second of two tones, as a WAV file (RIFF, 8 bits, mono). */
function chime(): string {
	const rate = 8000;
	const count = rate / 2;
	const bytes = new Uint8Array(44 + count);
	const view = new DataView(bytes.buffer);
	const text = (at: number, words: string): void => [...words].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
	text(0, "RIFF");
	view.setUint32(4, 36 + count, true);
	text(8, "WAVEfmt ");
	view.setUint32(16, 16, true);
	view.setUint16(20, 1, true);
	view.setUint16(22, 1, true);
	view.setUint32(24, rate, true);
	view.setUint32(28, rate, true);
	view.setUint16(32, 1, true);
	view.setUint16(34, 8, true);
	text(36, "data");
	view.setUint32(40, count, true);
	for (let i = 0; i < count; i++) {
		const fade = 1 - i / count;
		bytes[44 + i] = 128 + fade * 50 * (Math.sin((i * 2 * Math.PI * 660) / rate) + Math.sin((i * 2 * Math.PI * 990) / rate));
	}
	let binary = "";
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return `data:audio/wav;base64,${btoa(binary)}`;
}
