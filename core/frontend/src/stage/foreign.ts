/**
 * A host that is not Pegboard: a model, an element and a signal, as anywidget's specification has
 * them (AFM 0.11). No `pegboard` object, no `$` keys.
 */
import type { Json, Model } from "@pegboard/types";
import type { Props } from "../contract";
import { load } from "../loader";
import type { Report } from "./stage";

type Callback = (...args: unknown[]) => void;

export async function mountForeign(
	entry: string,
	props: Props,
	el: HTMLElement,
	report: Report,
): Promise<{ update(changes: Props): void; destroy(): Promise<void> }> {
	const state: Props = { ...props };
	const listeners = new Map<string, Set<Callback>>();
	const waiting = new Set<string>();
	const abort = new AbortController();

	const notify = (key: string): void => {
		for (const callback of [...(listeners.get(`change:${key}`) ?? [])]) callback(model, state[key]);
		for (const callback of [...(listeners.get("change") ?? [])]) callback(model);
	};
	const model: Model = {
		get: (key) => state[key] as never,
		set(key, value) {
			state[key] = value;
			waiting.add(key);
			notify(key);
		},
		save_changes() {
			if (waiting.size > 0) report.writes.push(Object.fromEntries([...waiting].map((key) => [key, structuredClone(state[key])])));
			waiting.clear();
		},
		on(event, callback) {
			listeners.set(event, (listeners.get(event) ?? new Set()).add(callback as Callback));
		},
		off(event, callback) {
			if (!event) listeners.clear();
			else if (callback) listeners.get(event)?.delete(callback as Callback);
			else listeners.delete(event);
		},
		send(content) {
			const sent = content as { event?: unknown; data?: Json } | null;
			if (typeof sent?.event === "string") report.events.push([sent.event, sent.data ?? null]);
		},
	};

	const module = await load(entry);
	const { signal } = abort;
	const forget = await module.initialize?.({ model, signal });
	const cleanup = await module.render({ model, el, signal });
	return {
		update(changes) {
			Object.assign(state, changes);
			for (const key of Object.keys(changes)) notify(key);
		},
		async destroy() {
			abort.abort();
			await cleanup?.();
			await forget?.();
			el.replaceChildren();
		},
	};
}
