/** The config that the server puts into the page, and the messages of its stream. */
import type { Json } from "@pegboard/types";

export type Props = Record<string, unknown>;

export interface BlockConfig {
	id: number;
	type: string;
	/** The key of its plugin, where it has one. */
	component_class_id: string;
	props: Props;
}

export interface LayoutNode {
	id: number;
	children?: LayoutNode[];
}

export interface Dependency {
	id: number;
	targets: [number | null, string][];
	inputs: number[];
	outputs: number[];
	backend_fn: boolean;
	cancels?: number[];
	trigger_after?: number | null;
	trigger_only_on_success?: boolean;
	trigger_only_on_failure?: boolean;
	trigger_mode?: "once" | "multiple" | "always_last" | null;
	show_progress?: "full" | "minimal" | "hidden";
	show_progress_on?: number[] | null;
	scroll_to_output?: boolean;
	collects_event_data?: boolean;
	api_name?: string | false | null;
	api_visibility?: string;
	types?: { generator?: boolean; cancel?: boolean };
	/** A "stream" listener is one event with many inputs. */
	connection?: "sse" | "stream";
	/** Seconds between its chunks. */
	stream_every?: number;
}

export interface PluginConfig {
	entry: string | null;
	css: string;
	styles: "scoped" | "global" | "shadow";
	handles: string[];
	events: string[];
	min_height_px: number | null;
	problem: string | null;
}

export interface Config {
	title?: string;
	app_id?: Json;
	root?: string;
	api_prefix: string;
	css?: string | null;
	fill_width?: boolean;
	fill_height?: boolean;
	username?: string | null;
	i18n_translations?: Record<string, Record<string, string>> | null;
	footer_links?: (string | { label: string; url: string })[];
	components: BlockConfig[];
	layout: LayoutNode;
	dependencies: Dependency[];
	pegboard: {
		protocol: string;
		plugins: Record<string, PluginConfig>;
		/** Why a block cannot be shown, by its id. */
		problems: Record<string, string>;
		listeners: Record<string, { set_values?: Json[]; keeps_every_chunk?: boolean }>;
		js: string | null;
		/** Only under a development tool: the module that it wants loaded before the page starts. */
		dev?: { client: string };
	};
}

export interface ProgressUnit {
	index: number | null;
	length: number | null;
	unit: string | null;
	progress: number | null;
	desc: string | null;
}

export interface Output {
	data: unknown[];
	changed_state_ids?: number[];
}

export interface Failure {
	error: string | null;
	title?: string | null;
	duration?: number | null;
	visible?: boolean;
	/** Place of the input whose value was refused. */
	position?: number | null;
}

export type Level = "info" | "warning" | "success" | "error";

export type Message =
	| { msg: "estimation"; event_id: string; rank: number; queue_size: number; rank_eta: number | null }
	| { msg: "process_starts"; event_id: string; eta: number | null }
	| { msg: "progress"; event_id: string; progress_data: ProgressUnit[] }
	| { msg: "log"; event_id: string; log: string; level: Level; duration: number | null; visible: boolean; title: string }
	| { msg: "process_generating" | "process_streaming"; event_id: string; output: Output; success: boolean }
	| { msg: "process_completed"; event_id: string; output: Output | Failure; success: boolean; title: string | null }
	| { msg: "unexpected_error"; event_id: string | null; message: string }
	| { msg: "heartbeat" | "close_stream"; event_id: null };

/** One problem found by the server in an input. */
export interface Invalid {
	is_valid?: boolean;
	message?: string;
	msg?: string;
	parameter_name?: string;
	/** Which of the listener's inputs. */
	position?: number;
}
