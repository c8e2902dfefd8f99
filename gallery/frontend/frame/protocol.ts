/** What the gallery's page and its sandboxed frame say to each other. */

export type Theme = "light" | "dark";

/** One component on the stage: its code as text, and what it is given. */
export interface StageBlock {
	id: number;
	/** Identity of the component, for the scope of its styles. */
	plugin: string;
	entry: string;
	/** Modules of the bundle by path; the frame has no network. */
	files: Record<string, string>;
	css: string;
	styles: "scoped" | "global" | "shadow";
	handles: string[];
	events: string[];
	min_height_px: number | null;
	interactive: boolean;
	props: Record<string, unknown>;
}

export interface Layout {
	kind: "single" | "thumb" | "interface";
	/** Of an interface: which blocks stand on which side. */
	inputs?: number[];
	outputs?: number[];
	title?: string;
}

export type ToFrame =
	| { type: "show"; theme: Theme; layout: Layout; blocks: StageBlock[] }
	| { type: "update"; id: number; props: Record<string, unknown>; interactive: boolean }
	| { type: "theme"; theme: Theme };

export type FromFrame =
	| { type: "ready" }
	| { type: "drawn" }
	| { type: "problem"; text: string }
	| { type: "height"; px: number }
	| { type: "event"; id: number; name: string; data: unknown; value: unknown }
	| { type: "submit" };
