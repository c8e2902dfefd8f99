/** The gallery's data, as the server and the static build write it. */

export type Status = "installed" | "update" | "available" | "broken";
export type Role = "input" | "output";
export type Schema = Record<string, unknown>;

export interface Problem {
	cause: string;
	fix: string;
}

export interface Card {
	id: string;
	slug: string;
	name: string;
	class: string;
	title: string;
	summary: string;
	keywords: string[];
	aliases: string[];
	category: string;
	roles: Role[];
	accepts: string[];
	returns: string[];
	distribution: string;
	author: string;
	license: string;
	framework: string;
	needs_node: boolean;
	installed: string;
	available: string;
	status: Status;
	gzip: number | null;
	live: boolean;
	problem: Problem | null;
}

export interface Option {
	name: string;
	type: string;
	default: unknown;
	doc: string;
	schema: Schema;
	/** Every component has it. */
	shared: boolean;
}

export interface Bundle {
	base: string;
	entry: string | null;
	css: string | null;
	styles: "scoped" | "global" | "shadow";
	handles: string[];
	min_height_px: number | null;
	permissions: Record<string, unknown>;
	isolation: string;
	files: Record<string, { raw: number; gzip: number }>;
	shared_gzip: number | null;
}

export interface Detail extends Card {
	doc: string;
	options: Option[];
	events: { name: string; doc: string; data: string | null }[];
	methods: Record<string, unknown>;
	payload: Schema;
	examples: { title?: string; payload?: unknown; props?: Record<string, unknown> }[];
	value_in: { type: string; doc: string };
	value_out: { type: string; doc: string };
	templates: Record<string, Record<string, unknown>>;
	protocol: string;
	speaks: string;
	requires_pegboard: string;
	requires_python: string;
	homepage: string;
	size_bytes: number | null;
	/** The newest first. */
	versions: { version: string; protocol: string; size_bytes: number | null; fits: boolean; installed: boolean }[];
	bundle: Bundle;
	others: { id: string; slug: string; status: Status; names: string[] }[];
	demos: { name: string; title: string; summary: string }[];
}

export interface DemoRow {
	name: string;
	title: string;
	summary: string;
	features: string[];
	components: string[];
	needs: string[];
	lines: number;
}

export interface DemoDetail extends DemoRow {
	source: string;
	text: string;
	command: string;
}

export interface GalleryData {
	mode: "local" | "static";
	home: string | null;
	components: Card[];
	demos: DemoRow[];
	problems: { what: string; cause: string; fix: string }[];
}
