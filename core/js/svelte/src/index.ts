/**
 * The Svelte adapter: turns a Svelte 5 component into a module of Pegboard's frontend contract.
 *
 * The component's props are a proxy over the model. A key is read when the component reads it, and
 * is watched only while something on the page depends on it. Keys that the model does not have look
 * absent, so the defaults in `$props()` apply on any host.
 */
import type { ComponentModule, Json, Model, PegboardContext, RenderProps, Status } from "@pegboard/types";
import { mount, unmount, untrack, type Component } from "svelte";
import { createSubscriber } from "svelte/reactivity";

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
type Watch = (key: string) => void;

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
	return {
		render({ model, el, signal, pegboard }: RenderProps<State>) {
			const props = propsFrom(model, pegboard, watcher(model, signal));
			const instance = untrack(() => mount(Inner, { target: el, props: props as Props }));
			let done = false;
			const destroy = () => {
				if (done) return;
				done = true;
				void unmount(instance);
			};
			signal?.addEventListener("abort", destroy, { once: true });
			return destroy;
		},
	};
}

/** One subscription for each key, opened by the first reader and closed after the last one left. */
function watcher(model: Model<State>, signal: AbortSignal | undefined): Watch {
	const subscribers = new Map<string, () => void>();
	return (key) => {
		let subscribe = subscribers.get(key);
		if (!subscribe) {
			subscribe = createSubscriber((update) => {
				const event = `change:${key}`;
				const changed = () => update();
				model.on(event, changed);
				return () => {
					// After the abort the host has dropped every listener of this view already.
					if (!signal?.aborted) model.off(event, changed);
				};
			});
			subscribers.set(key, subscribe);
		}
		subscribe();
	};
}

function propsFrom(model: Model<State>, pegboard: PegboardContext | undefined, watch: Watch): object {
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
			watch(hostKey);
			const given = model.get(hostKey as never) as unknown;
			if (given !== undefined || key !== "interactive") return given;
		}
		watch(key);
		const value = model.get(key);
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
