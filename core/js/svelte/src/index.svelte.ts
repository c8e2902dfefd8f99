/**
 * The Svelte adapter: turns a Svelte 5 component into a module of Pegboard's frontend contract.
 *
 * The component's props are a proxy over the model. A key that a component of this kind has read is watched in
 * all of them; what it never reads costs nothing. Keys that the model does not have look absent, so the defaults in
 * `$props()` apply on any host.
 */
import type { ComponentModule, Json, Model, PegboardContext, RenderProps, Status } from "@pegboard/types";
import { mount, unmount, untrack, type Component } from "svelte";

export type { FileData, Json, PegboardContext, Status } from "@pegboard/types";

/** What every component gets besides its own props. */
export interface ComponentProps<Value> {
	/** What the component holds. Assigning it sends it at once. */
	value?: Value;
	label?: string | null;
	/** May the person change the value? */
	interactive?: boolean;
	/** Ids of the label and info texts that the host drew; absent where it drew none. */
	ids?: { label: string | null; description: string | null };
	errors?: string[];
	status?: Status;
	locale?: string;
	theme?: "light" | "dark";
	/** Of a streaming input: "ended" when the server has closed the stream. */
	stream?: "idle" | "waiting" | "open" | "ended";
	/** Fire one of the events in the manifest. `change` is fired by the host, never by you. */
	emit: (event: string, data?: Json) => void;
	/** Uploads, addresses, server methods, texts and toasts; absent on foreign hosts. */
	pegboard?: PegboardContext;
}

type State = Record<string, unknown>;

const HOST_KEYS: Record<string, string> = {
	interactive: "$interactive",
	ids: "$ids",
	errors: "$errors",
	status: "$status",
	locale: "$locale",
	theme: "$theme",
	stream: "$stream",
};

/** Keys that Svelte itself looks for in props. */
const SVELTE_KEYS = new Set(["children", "$$slots", "$$events", "$$legacy"]);

/** Make a contract module out of a Svelte component. */
export function component<Props extends object>(Inner: Component<Props, object, keyof Props | "">): ComponentModule<State> {
	const read = new Set<string>();
	return {
		render({ model, el, signal, pegboard }: RenderProps<State>) {
			const watched = new Watched(model, read);
			const props = propsFrom(model, pegboard, watched);
			const instance = untrack(() => mount(Inner, { target: el, props: props as Props }));
			let done = false;
			const destroy = () => {
				if (done) return;
				done = true;
				// After the abort the host has dropped every listener of this view already.
				if (!signal?.aborted) watched.stop();
				void unmount(instance);
			};
			signal?.addEventListener("abort", destroy, { once: true });
			return destroy;
		},
	};
}

/** One key of the model as something that Svelte can depend on. */
class Key {
	#version = $state.raw(0);

	read(): void {
		void this.#version;
	}

	change(): void {
		this.#version++;
	}
}

/** The keys of one model that its component reads. */
class Watched {
	readonly #model: Model<State>;
	/** What components of this kind have read so far. */
	readonly #names: Set<string>;
	readonly #keys = new Map<string, Key>();
	/** A host without `watch` has a listener for each key. */
	readonly #listeners: Map<string, () => void> | null;

	constructor(model: Model<State>, names: Set<string>) {
		this.#model = model;
		this.#names = names;
		this.#listeners = model.watch ? null : new Map();
		model.watch?.((name) => this.#keys.get(name)?.change());
		for (const name of names) this.#add(name);
	}

	read(name: string): unknown {
		// State that is made inside an effect is no dependency of that effect; a root of its own is outside.
		if (!this.#keys.has(name)) $effect.root(() => this.#add(name));
		this.#keys.get(name)?.read();
		return this.#model.get(name);
	}

	#add(name: string): void {
		const key = new Key();
		this.#names.add(name);
		this.#keys.set(name, key);
		if (!this.#listeners) return;
		const listener = (): void => key.change();
		this.#listeners.set(name, listener);
		this.#model.on(`change:${name}`, listener);
	}

	stop(): void {
		for (const [name, listener] of this.#listeners ?? []) this.#model.off(`change:${name}`, listener);
	}
}

function propsFrom(model: Model<State>, pegboard: PegboardContext | undefined, watched: Watched): object {
	const emit = (event: string, data?: Json): void => {
		untrack(() => {
			if (pegboard) pegboard.emit(event, data);
			else model.send({ event, data: data ?? null });
		});
	};

	const write = (key: string, value: unknown): void => {
		untrack(() => {
			model.set(key, value);
			model.save_changes();
		});
	};

	const read = (key: string): unknown => {
		if (key === "emit") return emit;
		if (key === "pegboard") return pegboard;
		const hostKey = HOST_KEYS[key];
		if (hostKey) {
			const given = watched.read(hostKey);
			if (given !== undefined || key !== "interactive") return given;
		}
		const value = watched.read(key);
		// A bound prop must not be undefined where Svelte finds a setter, and `value` always has one.
		return value === undefined && key === "value" ? null : value;
	};

	const isHidden = (key: string | symbol): key is symbol => typeof key === "symbol" || SVELTE_KEYS.has(key);
	const isPresent = (key: string): boolean => key === "value" || untrack(() => read(key)) !== undefined;

	return new Proxy(
		{},
		{
			get: (_, key) => (isHidden(key) ? undefined : read(key)),
			has: (_, key) => !isHidden(key) && isPresent(key),
			set: (_, key, value) => {
				if (isHidden(key)) return false;
				write(key, value);
				return true;
			},
			getOwnPropertyDescriptor: (_, key) => {
				if (isHidden(key) || !isPresent(key)) return undefined;
				return {
					configurable: true,
					enumerable: true,
					get: () => read(key),
					set: (value: unknown) => write(key, value),
				};
			},
		},
	);
}
