/** Mounts a component's module into an element, and leaves nothing behind. */
import type { Cleanup, ComponentModule, FileData, Json, PegboardContext } from "@pegboard/types";
import type { Block, Page } from "./block.svelte";
import type { Client } from "./client";
import { adopt, known, load } from "./loader";
import type { Toasts } from "./toasts.svelte";

export const PROTOCOL = "1.0";
const INITIALIZE_LIMIT_MS = 10_000;

const initialized = new WeakMap<Block, Promise<void>>();

export interface Mounted {
	/** Resolves when the component has drawn itself, rejects with the reason why it could not; absent when it has. */
	ready: Promise<void> | null;
	destroy(): void;
}

/** What a mounted component reaches of the page around it; an app's page is one, a stage without a server another. */
export interface Host extends Page {
	readonly client: Pick<Client, "upload" | "url" | "call">;
	readonly toasts: Pick<Toasts, "show">;
	/** The component has nothing more to stream. */
	closeStream(block: Block): void;
}

export function mountBlock(app: Host, block: Block, el: HTMLElement, entry: string): Mounted {
	const abort = new AbortController();
	const cleanups: Cleanup[] = [];
	const pegboard = contextOf(app, block);
	const assets = block.assets;
	if (assets && block.plugin) adopt(block.plugin, assets.css, assets.styles);

	const draw = (module: ComponentModule): Cleanup | Promise<Cleanup> => {
		const asked = new Set<string>();
		const model = block.view(abort.signal, asked);
		const drawn = module.render({ model, el, signal: abort.signal, pegboard });
		const settle = (cleanup: Cleanup): Cleanup => {
			// A component that does not ask whether it may be changed is held still by the host.
			if (!abort.signal.aborted && !asked.has("$interactive") && block.get("$interactive") === false) {
				el.inert = el.querySelector("input, textarea, select, [contenteditable]") !== null;
			}
			return cleanup;
		};
		return drawn instanceof Promise ? drawn.then(settle) : settle(drawn);
	};

	const keep = (cleanup: Cleanup): void => {
		if (abort.signal.aborted) void runCleanup(cleanup);
		else cleanups.push(cleanup);
	};

	const run = async (): Promise<void> => {
		const module = await load(entry);
		if (abort.signal.aborted) return;
		await initializeOnce(module, block, pegboard);
		if (!abort.signal.aborted) keep(await draw(module));
	};

	/** What is here already is drawn at once: a page may hold a thousand components. */
	const start = (): Promise<void> | null => {
		const module = known(entry);
		if (!module || module.initialize) return run();
		try {
			const cleanup = draw(module);
			if (cleanup instanceof Promise) return cleanup.then(keep);
			keep(cleanup);
			return null;
		} catch (error) {
			return Promise.reject(error as Error);
		}
	};

	return {
		ready: start(),
		destroy() {
			abort.abort();
			void Promise.all(cleanups.map(runCleanup)).finally(() => el.replaceChildren());
			el.replaceChildren();
		},
	};
}

async function runCleanup(cleanup: Cleanup): Promise<void> {
	try {
		await cleanup?.();
	} catch (error) {
		reportError(error);
	}
}

/** `initialize` runs once for a model, however many views it gets, and may not hang for ever. */
function initializeOnce(module: ComponentModule, block: Block, pegboard: PegboardContext): Promise<void> {
	const { initialize } = module;
	if (!initialize) return Promise.resolve();
	let done = initialized.get(block);
	if (!done) {
		const { signal } = new AbortController();
		const limit = new Promise<never>((_, reject) => {
			setTimeout(() => reject(new Error("initialize() did not finish within 10 seconds")), INITIALIZE_LIMIT_MS);
		});
		const work = Promise.resolve(initialize({ model: block.view(signal), signal, pegboard })).then(() => undefined);
		done = Promise.race([work, limit]);
		initialized.set(block, done);
	}
	return done;
}

function contextOf(app: Host, block: Block): PegboardContext {
	return {
		protocol: PROTOCOL,
		emit: (event: string, data?: Json) => app.emit(block, event, data ?? null),
		closeStream: () => app.closeStream(block),
		upload: (files, options) => block.uploading(app.client.upload(files, options)),
		url: (file: FileData) => app.client.url(file),
		call: async <T extends Json>(method: string, args: Json = null, options: { signal?: AbortSignal } = {}) =>
			(await app.client.call(block.id, method, args, options.signal)) as T,
		t: (key, vars = {}) => key.replace(/\{(\w+)\}/g, (whole, name: string) => (name in vars ? String(vars[name]) : whole)),
		toast: (message, options) => app.toasts.show(message, options),
	};
}
