/**
 * One block of the page: the state behind a component's model, and what the host draws around it.
 *
 * The state that a component sees is a plain object, never a signal: a component must not become a
 * dependency of the host's own effects. `props` is the host's snapshot of it for its own drawing.
 */
import type { HostState, Json, Status } from "@pegboard/types";
import { untrack } from "svelte";
import type { BlockConfig, PluginConfig, ProgressUnit, Props } from "./contract";
import { isEqual } from "./edits";
import { View, type Viewed } from "./view";

export interface Loading {
	mode: "full" | "minimal";
	startedAt: number;
	isGenerating: boolean;
	eta: number | null;
	rank: number | null;
	size: number | null;
	bars: ProgressUnit[] | null;
}

/** What `$ids` depends on: a stream's values change without it. */
const NAMED_BY = ["label", "info", "$errors"];

const IDLE: Status = { state: "idle", eta: null, progress: null };

/** What a block needs of the page. */
export interface Page {
	/** The host itself says that something happened. */
	fire(block: Block, event: string, data?: Json | null): void;
	/** The component says so. */
	emit(block: Block, event: string, data?: Json | null): void;
	/** The component sent what it had set. */
	saved(block: Block, changed: string[]): void;
}

export class Block implements Viewed {
	readonly id: number;
	readonly type: string;
	readonly plugin: string | null;
	readonly assets: PluginConfig | null;
	readonly problem: string | null;
	/** What the host draws from; the value in it counts only where the shell itself draws the block. */
	props: Props = $state.raw({});
	loading: Loading | null = $state.raw(null);
	errors: string[] = $state.raw([]);
	/** The last event that wrote here failed. */
	hasFailed = $state(false);

	/** Files of this component that are on their way. */
	readonly uploads = new Set<Promise<unknown>>();

	readonly #page: Page;
	readonly #state: Record<string, unknown>;
	readonly #views = new Set<View>();
	readonly #waiting = new Set<string>();

	constructor(config: Omit<BlockConfig, "component_class_id">, plugin: string | null, assets: PluginConfig | null, problem: string | null, page: Page, host: Partial<HostState>) {
		this.id = config.id;
		this.type = config.type;
		this.plugin = plugin;
		this.assets = assets;
		this.problem = problem ?? assets?.problem ?? null;
		this.#page = page;
		this.#state = { ...config.props, $status: IDLE, $errors: [], ...host };
		this.#state.$ids = this.#ids();
		this.props = config.props;
	}

	/** Events that take this component's value wait for the upload. */
	uploading<T>(upload: Promise<T>): Promise<T> {
		this.uploads.add(upload);
		const forget = () => this.uploads.delete(upload);
		upload.then(forget, forget);
		return upload;
	}

	/** Does the component draw this part of the frame itself? */
	handles(part: string): boolean {
		return this.assets?.handles?.includes(part) ?? false;
	}

	/** A text that the host draws around the component, or nothing. */
	text(name: "label" | "info"): string {
		const text = this.#state[name];
		return typeof text === "string" && !this.handles("label") ? text : "";
	}

	get value(): unknown {
		return this.#state.value;
	}

	get(key: string): unknown {
		return this.#state[key];
	}

	/** Take new props and values from the server (or from the host itself). Never echoed. */
	update(changes: Props): void {
		untrack(() => {
			const before = this.#state.value;
			const changed = Object.keys(changes).filter((key) => !isEqual(this.#state[key], changes[key]));
			if (changed.length === 0) return;
			for (const key of changed) this.#state[key] = changes[key];
			if (changed.some((key) => NAMED_BY.includes(key))) {
				const ids = this.#ids();
				if (!isEqual(this.#state.$ids, ids)) {
					this.#state.$ids = ids;
					changed.push("$ids");
				}
			}
			if (changed.some((key) => this.#isDrawnByHost(key))) this.props = this.#snapshot();
			for (const key of changed) this.#notify(key);
			if (changed.includes("value") && !isEqual(before, this.#state.value)) this.#page.fire(this, "change");
		});
	}

	setErrors(errors: string[]): void {
		this.errors = errors;
		this.update({ $errors: errors });
	}

	setLoading(loading: Loading | null): void {
		this.loading = loading;
		const state: Status["state"] = loading === null ? "complete" : loading.isGenerating ? "generating" : "pending";
		this.update({ $status: { state, eta: loading?.eta ?? null, progress: loading?.bars ?? null } });
	}

	/** Tell this block's views of a message that is no state. */
	message(content: unknown, buffers: DataView[] = []): void {
		for (const view of this.#views) view.tell("msg:custom", [content, buffers]);
	}

	/** A model for one view; its listeners go with the signal. */
	view(signal: AbortSignal, asked?: Set<string>): View {
		const view = new View(this, signal, asked);
		this.#views.add(view);
		return view;
	}

	forget(view: View): void {
		this.#views.delete(view);
	}

	write(key: string, value: unknown): void {
		untrack(() => {
			if (isEqual(this.#state[key], value) && typeof value !== "object") return;
			this.#state[key] = value;
			this.#waiting.add(key);
			this.#notify(key);
		});
	}

	save(): void {
		untrack(() => {
			const changed = [...this.#waiting];
			this.#waiting.clear();
			this.#page.saved(this, changed);
		});
	}

	sent(event: string, data: Json): void {
		this.#page.emit(this, event, data);
	}

	/** Elements with the texts that the host draws, for a component's own elements to refer to. */
	#ids(): HostState["$ids"] {
		const errors = this.#state.$errors as string[];
		const described = [this.text("info") && `pb-${this.id}-info`, errors.length > 0 && `pb-${this.id}-errors`];
		return { label: this.text("label") ? `pb-${this.id}-label` : null, description: described.filter(Boolean).join(" ") || null };
	}

	#isDrawnByHost(key: string): boolean {
		return !key.startsWith("$") && (key !== "value" || this.plugin === null);
	}

	#snapshot(): Props {
		const props: Props = {};
		for (const key in this.#state) if (this.#isDrawnByHost(key)) props[key] = this.#state[key];
		return props;
	}

	#notify(key: string): void {
		for (const view of [...this.#views]) view.changed(key);
	}
}
