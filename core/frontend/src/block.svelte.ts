/**
 * One block of the page: the state behind a component's model, and what the host draws around it.
 *
 * The state that a component sees is a plain object, never a signal: a component must not become a
 * dependency of the host's own effects. `props` is the host's snapshot of it for its own drawing.
 */
import type { HostState, Json, Model, Status } from "@pegboard/types";
import { untrack } from "svelte";
import type { BlockConfig, PluginConfig, ProgressUnit, Props } from "./contract";
import { isEqual } from "./edits";

type Callback = (...args: never[]) => void;
type Listeners = Map<string, Set<Callback>>;

export interface Loading {
	mode: "full" | "minimal";
	startedAt: number;
	isGenerating: boolean;
	eta: number | null;
	rank: number | null;
	size: number | null;
	bars: ProgressUnit[] | null;
}

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

export class Block {
	readonly id: number;
	readonly type: string;
	readonly plugin: string | null;
	readonly assets: PluginConfig | null;
	readonly problem: string | null;
	/** What the host draws from; the value is in it only where the shell itself draws the block. */
	props: Props = $state.raw({});
	loading: Loading | null = $state.raw(null);
	errors: string[] = $state.raw([]);
	/** The last event that wrote here failed. */
	hasFailed = $state(false);

	readonly #page: Page;
	readonly #state: Record<string, unknown>;
	readonly #views = new Set<Listeners>();
	readonly #waiting = new Set<string>();

	constructor(config: BlockConfig, plugin: string | null, assets: PluginConfig | null, problem: string | null, page: Page, host: Partial<HostState>) {
		this.id = config.id;
		this.type = config.type;
		this.plugin = plugin;
		this.assets = assets;
		this.problem = problem ?? assets?.problem ?? null;
		this.#page = page;
		this.#state = { ...config.props, $status: IDLE, $errors: [], ...host };
		this.props = this.#snapshot();
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
		for (const view of this.#views) emit(view, "msg:custom", [content, buffers]);
	}

	/** A model for one view; its listeners go with the signal. */
	view(signal: AbortSignal, asked: Set<string> = new Set()): Model {
		const listeners: Listeners = new Map();
		this.#views.add(listeners);
		signal.addEventListener("abort", () => {
			listeners.clear();
			this.#views.delete(listeners);
		});
		const model: Model = {
			get: (key) => {
				asked.add(key);
				return this.#state[key] as never;
			},
			set: (key, value) => {
				if (signal.aborted || String(key).startsWith("$")) return;
				untrack(() => this.#setByView(String(key), value));
			},
			save_changes: () => untrack(() => this.#save()),
			on: (event, callback) => {
				if (signal.aborted) return;
				for (const name of event.split(/\s+/)) {
					const known = listeners.get(name);
					if (known) known.add(callback);
					else listeners.set(name, new Set([callback]));
				}
			},
			off: (event, callback) => {
				for (const name of event ? event.split(/\s+/) : [...listeners.keys()]) {
					if (callback) listeners.get(name)?.delete(callback);
					else listeners.delete(name);
				}
			},
			send: (content) => {
				const sent = content as { event?: unknown; data?: Json } | null;
				if (typeof sent?.event === "string") this.#page.emit(this, sent.event, sent.data ?? null);
			},
		};
		modelOf.set(listeners, model);
		return model;
	}

	#isDrawnByHost(key: string): boolean {
		return !key.startsWith("$") && (key !== "value" || this.plugin === null);
	}

	#snapshot(): Props {
		return Object.fromEntries(Object.entries(this.#state).filter(([key]) => this.#isDrawnByHost(key)));
	}

	#setByView(key: string, value: unknown): void {
		if (isEqual(this.#state[key], value) && typeof value !== "object") return;
		this.#state[key] = value;
		this.#waiting.add(key);
		this.#notify(key);
	}

	#save(): void {
		const changed = [...this.#waiting];
		this.#waiting.clear();
		this.#page.saved(this, changed);
	}

	#notify(key: string): void {
		for (const view of [...this.#views]) {
			const model = modelOf.get(view);
			emit(view, `change:${key}`, [model, this.#state[key]]);
			emit(view, "change", [model]);
		}
	}
}

const modelOf = new WeakMap<Listeners, Model>();

/** One failing listener must not keep the others from hearing. */
function emit(view: Listeners, event: string, args: unknown[]): void {
	for (const callback of [...(view.get(event) ?? [])]) {
		try {
			(callback as (...args: unknown[]) => void)(...args);
		} catch (error) {
			reportError(error);
		}
	}
}
