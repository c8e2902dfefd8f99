/** The running page: its blocks by id, and what happens when one of them fires an event. */
import type { Json } from "@pegboard/types";
import { tick } from "svelte";
import { Block } from "./block.svelte";
import { Client, Refusal, type Connection } from "./client";
import type { Config, Dependency, Failure, Message, Output, Props } from "./contract";
import { applyEdits, type Edit } from "./edits";
import { Feed, type Chunk } from "./feed";
import { translator, type Translate } from "./i18n";
import { Toasts } from "./toasts.svelte";

interface Running {
	dependency: Dependency;
	eventId: string | null;
	isCancelled: boolean;
	/** Ends the wait for the terminal message. */
	finish: ((success: boolean) => void) | null;
	/** Full values of the last step, to which the next differences apply. */
	last: unknown[] | null;
}

interface Waiting {
	triggerId: number | null;
	data: Json | null;
}

interface AppModule {
	listeners: Record<string, (...args: unknown[]) => unknown>;
	load: (() => unknown) | null;
}

export class App {
	readonly config: Config;
	readonly client: Client;
	readonly root: string;
	readonly blocks = new Map<number, Block>();
	readonly toasts = new Toasts();
	connection: Connection = $state("idle");
	connectionText = $state("");
	theme: "light" | "dark" = $state("light");
	readonly locale: string;
	readonly translate: Translate;

	readonly #targets = new Map<string, Dependency[]>();
	readonly #byId = new Map<number, Dependency>();
	readonly #running = new Map<number, Set<Running>>();
	readonly #next = new Map<number, Waiting>();
	/** Streaming events that still take chunks, by listener. */
	readonly #feeds = new Map<number, Feed>();
	#authorsModule: Promise<AppModule> | null = null;

	constructor(config: Config, theme: "light" | "dark") {
		this.config = config;
		this.theme = theme;
		this.locale = navigator.language || "en";
		this.translate = translator(config.i18n_translations, navigator.languages ?? [this.locale]);
		this.root = rootPath(config.root);
		this.client = new Client(this.root, config.api_prefix, config.app_id, (state, text) => {
			this.connection = state;
			this.connectionText = text ?? "";
		});
		for (const dependency of config.dependencies) {
			this.#byId.set(dependency.id, dependency);
			for (const [id, event] of dependency.targets) {
				const key = `${id ?? ""}:${event}`;
				this.#targets.set(key, [...(this.#targets.get(key) ?? []), dependency]);
			}
		}
		const inputs = new Set(config.dependencies.flatMap((dependency) => dependency.inputs));
		const outputs = new Set(config.dependencies.flatMap((dependency) => dependency.outputs));
		const paces = pacesOf(config.dependencies);
		for (const component of config.components) {
			const assets = config.pegboard.plugins[component.component_class_id] ?? null;
			const plugin = assets && component.component_class_id;
			const given = component.props.interactive;
			const interactive =
				typeof given === "boolean"
					? given
					: inputs.has(component.id) || (!outputs.has(component.id) && isEmpty(component.props.value));
			const pace = paces.get(component.id);
			const streams = pace === undefined ? {} : { stream_every: pace, $stream: "idle" as const };
			const host = { $interactive: interactive, $locale: this.locale, $theme: theme, ...streams };
			const drawn = { ...component, props: this.translate(component.props) };
			const problem = config.pegboard.problems[String(component.id)] ?? null;
			this.blocks.set(component.id, new Block(drawn, plugin, assets, problem, this, host));
		}
	}

	/** The page is drawn: run what the app's author wants at the start. */
	async start(): Promise<void> {
		if (this.config.pegboard.js) {
			const { load } = await this.#authors();
			if (load) await this.#guard(() => load());
		}
		for (const [key, dependencies] of this.#targets) {
			const [id, event] = key.split(":");
			const block = id ? this.blocks.get(Number(id)) : undefined;
			if (event !== "load" || block?.plugin) continue;
			for (const dependency of dependencies) this.trigger(dependency, id ? Number(id) : null, null);
		}
	}

	setTheme(theme: "light" | "dark"): void {
		this.theme = theme;
		for (const block of this.blocks.values()) block.update({ $theme: theme });
	}

	/** A component fired an event. `change` is the host's to fire, so that it comes once for each change. */
	emit(block: Block, event: string, data: Json | null = null): void {
		if (event !== "change") this.fire(block, event, data);
	}

	/** A component sent what it had set. */
	saved(block: Block, changed: string[]): void {
		if (!changed.includes("value")) return;
		if (block.errors.length > 0) block.setErrors([]);
		this.fire(block, "change");
	}

	fire(block: Block, event: string, data: Json | null = null): void {
		for (const dependency of this.#targets.get(`${block.id}:${event}`) ?? []) {
			if (dependency.connection === "stream") void this.#chunk(dependency, block.id, data, event === "stream");
			else this.trigger(dependency, block.id, data);
		}
	}

	/** A component sends no more chunks. */
	closeStream(block: Block): void {
		for (const dependency of this.#targets.get(`${block.id}:stream`) ?? []) this.#feeds.get(dependency.id)?.close();
	}

	/** One more piece of a streaming input: it joins the open event, or opens one. */
	async #chunk(dependency: Dependency, triggerId: number | null, data: Json | null, more: boolean): Promise<void> {
		const open = this.#feeds.get(dependency.id);
		if (!open || open.isOver || open.isClosed) {
			const own = this.config.pegboard.listeners[String(dependency.id)];
			const feed = new Feed(this.client, own?.keeps_every_chunk === true, (error) => this.#explain(dependency, error));
			// What is no stream has one piece only: the event ends after it.
			if (!more) feed.close();
			this.#feeds.set(dependency.id, feed);
			this.#tellStream(dependency, "waiting");
			await this.#run(dependency, triggerId, data, feed);
			if (this.#feeds.get(dependency.id) === feed) {
				this.#feeds.delete(dependency.id);
				this.#tellStream(dependency, feed.isClosed ? "idle" : "ended");
			}
			return;
		}
		try {
			const inputs = await this.#inputs(dependency);
			const chunk: Chunk = { data: inputs, event_data: dependency.collects_event_data ? data : null, trigger_id: triggerId };
			open.push(chunk);
		} catch (error) {
			this.#explain(dependency, error);
		}
	}

	#tellStream(dependency: Dependency, state: "idle" | "waiting" | "open" | "ended"): void {
		for (const [id, event] of dependency.targets) {
			if (event === "stream" && id !== null) this.blocks.get(id)?.update({ $stream: state });
		}
	}

	hasListener(id: number, event: string): boolean {
		return this.#targets.has(`${id}:${event}`);
	}

	trigger(dependency: Dependency, triggerId: number | null, data: Json | null): void {
		const running = this.#running.get(dependency.id)?.size ?? 0;
		if (running > 0 && dependency.trigger_mode !== "multiple") {
			if (dependency.trigger_mode === "always_last") this.#next.set(dependency.id, { triggerId, data });
			return;
		}
		void this.#run(dependency, triggerId, data);
	}

	async #run(dependency: Dependency, triggerId: number | null, data: Json | null, feed: Feed | null = null): Promise<void> {
		const run: Running = { dependency, eventId: null, isCancelled: false, finish: null, last: null };
		const all = this.#running.get(dependency.id) ?? new Set();
		this.#running.set(dependency.id, all.add(run));
		for (const id of dependency.cancels ?? []) this.#cancel(id);

		let success = true;
		try {
			const values = this.config.pegboard.listeners[String(dependency.id)]?.set_values;
			if (values) this.#write(dependency, values);
			const uploads = feed ? [] : dependency.inputs.flatMap((id) => [...(this.blocks.get(id)?.uploads ?? [])]);
			if (uploads.length > 0) success = await this.#arrival(run, uploads);
			if (success && !run.isCancelled) {
				const inputs = await this.#inputs(dependency);
				if (dependency.backend_fn) success = await this.#onServer(run, inputs, triggerId, data, feed);
			}
		} catch (error) {
			success = false;
			this.#setLoading(run, null);
			this.#explain(dependency, error);
		}
		feed?.ended();
		all.delete(run);
		this.#chain(dependency, success, run.isCancelled);
		const next = this.#next.get(dependency.id);
		this.#next.delete(dependency.id);
		if (next) this.trigger(dependency, next.triggerId, next.data);
	}

	/**
	 * A file that is on its way belongs to what was submitted. Resolves to whether the event may go on: not
	 * without a file that was lost, which its component says.
	 */
	async #arrival(run: Running, uploads: Promise<unknown>[]): Promise<boolean> {
		this.#setLoading(run, { rank: null, size: null, eta: null, bars: null, isGenerating: false });
		const stopped = new Promise<boolean>((resolve) => (run.finish = resolve));
		const arrived = Promise.allSettled(uploads).then(async (results) => {
			// Now the component takes the file.
			await new Promise((resolve) => setTimeout(resolve));
			return results.every((result) => result.status === "fulfilled" || isAbort(result.reason));
		});
		const isThere = await Promise.race([arrived, stopped]);
		if (!isThere) this.#setLoading(run, null);
		return isThere;
	}

	/** What the listener's inputs hold, after its script if it has one; a script alone sets the outputs. */
	async #inputs(dependency: Dependency): Promise<unknown[]> {
		const inputs = dependency.inputs.map((id) => this.#input(id));
		const script = await this.#script(dependency);
		if (!script) return inputs;
		const outputs = dependency.outputs.map((id) => this.#input(id));
		const places = dependency.backend_fn ? dependency.inputs.length : dependency.outputs.length;
		const result = listOf(await script(...inputs, ...outputs), places);
		if (!dependency.backend_fn) this.#write(dependency, result);
		return inputs.map((value, index) => (index < result.length ? result[index] : value));
	}

	/** Resolves when the terminal message came: true for success. */
	async #onServer(
		run: Running,
		inputs: unknown[],
		triggerId: number | null,
		data: Json | null,
		feed: Feed | null,
	): Promise<boolean> {
		const { dependency } = run;
		for (const id of dependency.inputs) this.blocks.get(id)?.setErrors([]);
		for (const id of dependency.outputs) {
			const block = this.blocks.get(id);
			if (block) block.hasFailed = false;
		}
		this.#setLoading(run, { rank: null, size: null, eta: null, bars: null, isGenerating: false });
		if (dependency.scroll_to_output) this.#scrollTo(dependency.outputs[0]);

		const finished = new Promise<boolean>((resolve) => (run.finish = resolve));
		const body = {
			data: inputs,
			fn_index: dependency.id,
			event_data: dependency.collects_event_data ? data : null,
			trigger_id: triggerId,
		};
		run.eventId = await this.client.join(body, (message) => {
			const ended = this.#receive(run, message);
			if (ended !== null) run.finish?.(ended);
		});
		if (run.isCancelled) void this.client.cancel(dependency.id, run.eventId).catch(() => undefined);
		feed?.opened(run.eventId);
		return finished;
	}

	/** Returns null while the event goes on, then whether it succeeded. */
	#receive(run: Running, message: Message): boolean | null {
		const { dependency } = run;
		switch (message.msg) {
			case "estimation":
				this.#patch(run, { rank: message.rank, size: message.queue_size, eta: message.rank_eta });
				return null;
			case "process_starts":
				this.#patch(run, { rank: null, size: null, eta: message.eta });
				return null;
			case "progress":
				this.#patch(run, { bars: message.progress_data, rank: null });
				return null;
			case "log":
				if (message.visible) {
					this.toasts.show(message.log, { level: message.level, title: message.title, duration: message.duration });
				}
				return null;
			case "process_generating":
			case "process_streaming": {
				if (run.isCancelled || !message.success) return null;
				if (message.msg === "process_streaming") this.#tellStream(dependency, "open");
				const before = run.last;
				const isWhole = before === null || message.msg === "process_streaming";
				run.last = isWhole
					? message.output.data
					: message.output.data.map((edits, index) => applyEdits(before[index], edits as Edit[]));
				this.#write(dependency, run.last);
				this.#patch(run, { isGenerating: true, rank: null });
				this.#fireStates(message.output);
				return null;
			}
			case "process_completed": {
				if (run.isCancelled) return true;
				this.#setLoading(run, null);
				if (message.success && "data" in message.output) {
					this.#write(dependency, message.output.data);
					this.#fireStates(message.output);
					return true;
				}
				this.#fail(dependency, message.output as Failure, message.title);
				return false;
			}
			default:
				return null;
		}
	}

	#cancel(id: number): void {
		this.#next.delete(id);
		for (const run of this.#running.get(id) ?? []) {
			run.isCancelled = true;
			this.#setLoading(run, null);
			if (run.eventId) void this.client.cancel(id, run.eventId).catch(() => undefined);
			run.finish?.(true);
		}
	}

	#chain(dependency: Dependency, success: boolean, isCancelled: boolean): void {
		for (const next of this.config.dependencies) {
			if (next.trigger_after !== dependency.id) continue;
			if (next.trigger_only_on_success && (!success || isCancelled)) continue;
			if (next.trigger_only_on_failure && (success || isCancelled)) continue;
			this.trigger(next, null, null);
		}
	}

	#input(id: number): unknown {
		const block = this.blocks.get(id);
		if (!block || block.type === "state") return null;
		return block.value ?? null;
	}

	#write(dependency: Dependency, data: readonly unknown[]): void {
		dependency.outputs.forEach((id, index) => {
			const block = this.blocks.get(id);
			if (!block || block.type === "state" || index >= data.length) return;
			const given = data[index];
			if (isUpdate(given)) {
				const { __type__: _, ...props } = this.translate(given);
				if (typeof props.interactive === "boolean") props.$interactive = props.interactive;
				block.update(props);
			} else block.update({ value: "choices" in block.props ? given : this.translate(given) });
		});
	}

	#fireStates(output: Output): void {
		for (const id of output.changed_state_ids ?? []) {
			const block = this.blocks.get(id);
			if (block) this.fire(block, "change");
		}
	}

	#fail(dependency: Dependency, failure: Failure, title: string | null): void {
		for (const id of dependency.outputs) {
			const block = this.blocks.get(id);
			if (block) block.hasFailed = true;
		}
		if (failure.visible === false) return;
		const text = failure.error ?? "The function failed. Its details are in the server's log.";
		const refused = this.blocks.get(dependency.inputs[failure.position ?? -1] ?? -1);
		if (refused) {
			refused.setErrors([text]);
			// In a closed tab nobody would see the mark.
			if (document.getElementById(String(refused.props.elem_id ?? `pb-${refused.id}`))?.checkVisibility()) return;
		}
		const duration = failure.duration === undefined ? 10 : failure.duration;
		this.toasts.show(text, { level: "error", title: failure.title ?? title, duration });
	}

	/** The server refused the event: mark the inputs it names, and say the rest in a corner. */
	#explain(dependency: Dependency, error: unknown): void {
		if (error instanceof Refusal) {
			const marked = error.invalid.filter((item) => {
				const block = this.blocks.get(dependency.inputs[item.position ?? -1] ?? -1);
				if (item.is_valid === true || !block) return false;
				block.setErrors([item.message ?? item.msg ?? "This value was refused."]);
				return true;
			});
			if (marked.length === 0) this.#fail(dependency, { error: error.message }, null);
			return;
		}
		reportError(error);
		this.#fail(dependency, { error: `A script of this page failed: ${String(error)}` }, null);
	}

	#patch(run: Running, change: Partial<Omit<NonNullable<Block["loading"]>, "mode" | "startedAt">>): void {
		if (run.isCancelled) return;
		for (const block of this.#covered(run.dependency)) {
			if (block.loading) block.setLoading({ ...block.loading, ...change });
		}
	}

	#setLoading(run: Running, loading: Omit<NonNullable<Block["loading"]>, "mode" | "startedAt"> | null): void {
		const mode = run.dependency.show_progress ?? "full";
		if (mode === "hidden") return;
		for (const block of this.#covered(run.dependency)) {
			block.setLoading(loading && { ...loading, mode, startedAt: performance.now() });
		}
	}

	#covered(dependency: Dependency): Block[] {
		const ids = dependency.show_progress_on ?? dependency.outputs;
		return ids.map((id) => this.blocks.get(id)).filter((block) => block !== undefined);
	}

	#scrollTo(id: number | undefined): void {
		if (id === undefined) return;
		void tick().then(() => {
			const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
			document.getElementById(`pb-${id}`)?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
		});
	}

	async #script(dependency: Dependency): Promise<((...args: unknown[]) => unknown) | undefined> {
		if (!this.config.pegboard.js || !(dependency as { js?: unknown }).js) return undefined;
		return (await this.#authors()).listeners[String(dependency.id)];
	}

	#authors(): Promise<AppModule> {
		this.#authorsModule ??= import(/* @vite-ignore */ this.root + this.config.pegboard.js) as Promise<AppModule>;
		return this.#authorsModule;
	}

	async #guard(action: () => unknown): Promise<void> {
		try {
			await action();
		} catch (error) {
			reportError(error);
		}
	}
}

/** How often a streaming input is to send a chunk, in seconds: as its quickest listener asks. */
function pacesOf(dependencies: Dependency[]): Map<number, number> {
	const paces = new Map<number, number>();
	for (const dependency of dependencies) {
		for (const [id, event] of dependency.targets) {
			if (event !== "stream" || id === null) continue;
			paces.set(id, Math.min(dependency.stream_every ?? 0.5, paces.get(id) ?? Infinity));
		}
	}
	return paces;
}

/** The page may be reached by another name than the server thinks; its path is what counts. */
function rootPath(root: string | undefined): string {
	if (!root) return location.pathname.replace(/\/[^/]*$/, "");
	return new URL(root, location.href).pathname.replace(/\/+$/, "");
}

function isUpdate(value: unknown): value is Props & { __type__: "update" } {
	return typeof value === "object" && value !== null && (value as Props).__type__ === "update";
}

function isEmpty(value: unknown): boolean {
	return value === null || value === undefined || value === "" || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

/** What a script gave for so many places: one place takes any value, several take a list. */
function listOf(result: unknown, places: number): unknown[] {
	if (result === undefined) return [];
	if (places === 1) return Array.isArray(result) && result.length === 1 ? result : [result];
	return Array.isArray(result) ? result : [result];
}

function isAbort(reason: unknown): boolean {
	return reason instanceof DOMException && reason.name === "AbortError";
}
