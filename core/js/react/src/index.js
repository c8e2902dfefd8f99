/**
 * The React adapter: turns a React component into a module of Pegboard's frontend contract.
 *
 * What the host keeps is read through hooks; each subscribes to one key of the model and nothing else,
 * so a component draws again only when something that it reads has changed.
 */
import { createContext, createElement, useCallback, useContext, useMemo, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

const View = createContext(null);

const view = () => {
	const found = useContext(View);
	if (!found) throw new Error("Pegboard's hooks work inside a component that was given to component().");
	return found;
};

/** @param {import("react").ComponentType} Inner @returns {import("@pegboard/types").ComponentModule} */
export function component(Inner) {
	return {
		render({ model, el, signal, pegboard }) {
			const root = createRoot(el);
			let done = false;
			// At once, because the host looks at what was drawn as soon as this function returns.
			flushSync(() => root.render(createElement(View.Provider, { value: { model, signal, pegboard } }, createElement(Inner))));
			const destroy = () => {
				if (done) return;
				done = true;
				root.unmount();
			};
			signal?.addEventListener("abort", destroy, { once: true });
			return destroy;
		},
	};
}

/** One key of the model, for reading. `undefined` where the host does not have it. */
export function useOption(key, fallback) {
	const { model, signal } = view();
	const subscribe = useCallback(
		(changed) => {
			model.on(`change:${key}`, changed);
			return () => {
				// After the abort the host has dropped every listener of this view already.
				if (!signal?.aborted) model.off(`change:${key}`, changed);
			};
		},
		[model, signal, key],
	);
	const value = useSyncExternalStore(subscribe, () => model.get(key));
	return value === undefined ? fallback : value;
}

/** What the component holds, and a function that stores and sends another value. */
export function useValue(key = "value") {
	const { model } = view();
	const value = useOption(key, null);
	const set = useCallback(
		(next) => {
			model.set(key, next);
			model.save_changes();
		},
		[model, key],
	);
	return [value, set];
}

/** What the host says: may the person change it, ids of the label, errors, language, theme. */
export function useHost() {
	const { pegboard } = view();
	const interactive = useOption("$interactive", true);
	const ids = useOption("$ids");
	const errors = useOption("$errors");
	const status = useOption("$status");
	const locale = useOption("$locale");
	const theme = useOption("$theme");
	return { interactive, ids, errors, status, locale, theme, pegboard };
}

/** A function that fires one of the events in the manifest. */
export function useEmit() {
	const { model, pegboard } = view();
	return useMemo(
		() => (event, data) => (pegboard ? pegboard.emit(event, data) : model.send({ event, data: data ?? null })),
		[model, pegboard],
	);
}
