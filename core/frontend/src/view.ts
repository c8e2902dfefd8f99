/** A component's model: one view of a block's state, whose listeners go with the component's signal. */
import type { Json, Model } from "@pegboard/types";

type Callback = (...args: never[]) => void;
type Watcher = (key: string) => void;

/** What a view needs of its block. */
export interface Viewed {
	get(key: string): unknown;
	/** The component set a key; it is told to all views at once. */
	write(key: string, value: unknown): void;
	/** The component sends what it has set. */
	save(): void;
	/** The component says that something happened, the way widgets of other hosts do. */
	sent(event: string, data: Json): void;
	forget(view: View): void;
}

export class View implements Model {
	readonly #block: Viewed;
	readonly #signal: AbortSignal;
	readonly #asked: Set<string> | null;
	readonly #listeners = new Map<string, Set<Callback>>();
	readonly #watchers: Watcher[] = [];

	/** `asked` collects the keys that are read. */
	constructor(block: Viewed, signal: AbortSignal, asked: Set<string> | null = null) {
		this.#block = block;
		this.#signal = signal;
		this.#asked = asked;
		signal.addEventListener("abort", () => {
			this.#listeners.clear();
			this.#watchers.length = 0;
			block.forget(this);
		});
	}

	get(key: string): never {
		this.#asked?.add(key);
		return this.#block.get(key) as never;
	}

	set(key: string, value: unknown): void {
		if (!this.#signal.aborted && !key.startsWith("$")) this.#block.write(key, value);
	}

	save_changes(): void {
		this.#block.save();
	}

	on(events: string, callback: Callback): void {
		if (this.#signal.aborted) return;
		for (const name of namesIn(events)) {
			const known = this.#listeners.get(name);
			if (known) known.add(callback);
			else this.#listeners.set(name, new Set([callback]));
		}
	}

	off(events?: string | null, callback?: Callback | null): void {
		for (const name of events ? namesIn(events) : [...this.#listeners.keys()]) {
			if (callback) this.#listeners.get(name)?.delete(callback);
			else this.#listeners.delete(name);
		}
	}

	watch(watcher: Watcher): void {
		if (!this.#signal.aborted) this.#watchers.push(watcher);
	}

	send(content: unknown): void {
		const sent = content as { event?: unknown; data?: Json } | null;
		if (typeof sent?.event === "string") this.#block.sent(sent.event, sent.data ?? null);
	}

	/** A key of the block has changed. */
	changed(key: string): void {
		for (const watcher of [...this.#watchers]) attempt(watcher, [key]);
		this.tell(`change:${key}`, [this, this.#block.get(key)]);
		this.tell("change", [this]);
	}

	tell(event: string, args: unknown[]): void {
		for (const callback of [...(this.#listeners.get(event) ?? [])]) attempt(callback, args);
	}
}

/** One failing listener must not keep the others from hearing. */
function attempt(callback: Callback | Watcher, args: unknown[]): void {
	try {
		(callback as (...args: unknown[]) => void)(...args);
	} catch (error) {
		reportError(error);
	}
}

function namesIn(events: string): string[] {
	return events.includes(" ") ? events.split(/\s+/) : [events];
}
