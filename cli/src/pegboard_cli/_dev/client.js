/**
 * The page's side of `pegboard run` and `pegboard component dev`: keeps values over a reload, swaps
 * component modules in place, shows errors where they are seen, and opens the inspector.
 */
import { Inspector } from "./inspector.js";
import { Overlay } from "./overlay.js";

const EVERY_MS = 300;
const KEPT = `pegboard-dev:${location.pathname}`;

const overlay = new Overlay();
const modules = new Map();
let app = null;
/** The values that the server gave, before kept ones took their place. */
let first = new Map();
let seenFailures = 0;
/** The file that the compiler could not read last; empty where it named none. */
let unreadable = "";

// -- values that outlive a reload ------------------------------------------------------------------

/**
 * Blocks have new ids after an edit, so they are known by type, label and place among their like; one whose
 * label was edited, by its place among all of its type.
 */
function keysOf(components) {
	const counts = new Map();
	const next = (name) => {
		counts.set(name, (counts.get(name) ?? -1) + 1);
		return `${name}|${counts.get(name)}`;
	};
	return components.map(({ id, type, props }) => ({ id, key: next(`${type}|${props.label ?? ""}`), place: next(type) }));
}

/** Files belong to the server that is gone. */
const isKeepable = (value) => value !== undefined && !JSON.stringify(value)?.includes("FileData");
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function keep() {
	if (!app) return;
	const kept = {};
	for (const { id, key, place } of keysOf(app.config.components)) {
		const value = app.blocks.get(id)?.value;
		if (isKeepable(value) && !isSame(value, first.get(id))) kept[key] = { place, value };
	}
	sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

function reload() {
	keep();
	location.reload();
}

export function prepare(config) {
	const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
	sessionStorage.removeItem(KEPT);
	first = new Map(config.components.map(({ id, props }) => [id, props.value]));
	const byId = new Map(config.components.map((component) => [component.id, component]));
	const keys = keysOf(config.components);
	for (const { key } of keys) if (key in kept) kept[key].isFound = true;
	const moved = Object.values(kept).filter((entry) => !entry.isFound);
	for (const { id, key, place } of keys) {
		const entry = kept[key] ?? moved.find((other) => other.place === place);
		if (entry) byId.get(id).props.value = entry.value;
	}
}

// -- component modules that can be replaced --------------------------------------------------------

const contractOf = (module) => {
	const given = module.default ?? module;
	return typeof given === "function" ? given() : given;
};

/** One view of a component. Its listeners are counted, so that a new module starts with none. */
class View {
	constructor(context) {
		this.context = context;
	}

	async draw(component) {
		this.abort = new AbortController();
		this.context.signal?.addEventListener("abort", () => this.abort.abort(), { once: true });
		const listening = [];
		const { model } = this.context;
		const counted = {
			...model,
			get: (key) => model.get(key),
			set: (key, value) => model.set(key, value),
			save_changes: () => model.save_changes(),
			send: (...given) => model.send(...given),
			on: (event, callback) => {
				listening.push([event, callback]);
				model.on(event, callback);
			},
			off: (event, callback) => model.off(event, callback),
		};
		this.listening = listening;
		this.cleanup = await component.render({ ...this.context, model: counted, signal: this.abort.signal });
	}

	async clear() {
		this.abort.abort();
		await this.cleanup?.();
		for (const [event, callback] of this.listening) this.context.model.off(event, callback);
		this.context.el.replaceChildren();
	}
}

function hot(name, module) {
	const known = { component: contractOf(module), views: new Set(), version: 0 };
	modules.set(name, known);
	return {
		initialize: (context) => known.component.initialize?.(context),
		async render(context) {
			const view = new View(context);
			known.views.add(view);
			await view.draw(known.component);
			return async () => {
				known.views.delete(view);
				await view.cleanup?.();
			};
		},
	};
}

async function replace(name, module) {
	const known = modules.get(name);
	if (!known) return;
	known.component = contractOf(module);
	known.version += 1;
	for (const view of known.views) {
		await view.clear();
		await view.draw(known.component).catch((error) => overlay.show("browser", String(error?.stack ?? error)));
	}
	overlay.hide("bundle");
	overlay.hide("browser");
}

const sheets = new Map();

/** Styles go where the page would put them: in a layer, and inside the component's own elements only. */
function style(id, css, keys) {
	const scopes = keys.map((key) => `[data-pb="${CSS.escape(key)}"]`).join(", ");
	let sheet = sheets.get(id);
	if (!sheet) {
		sheet = new CSSStyleSheet();
		sheets.set(id, sheet);
		document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
	}
	sheet.replaceSync(css ? `@layer pegboard.components { @scope (${scopes}) to ([data-pb-slot]) {${css}\n} }` : "");
}

/** Replace the sheet that the page adopted for a plugin when it was loaded. */
function restyle(key, css) {
	const own = `[data-pb="${key}"]`;
	for (const sheet of document.adoptedStyleSheets) {
		const text = [...sheet.cssRules].map((rule) => rule.cssText).join("");
		if (text.includes("pegboard.components") && text.includes(own) && ![...sheets.values()].includes(sheet)) sheet.replaceSync("");
	}
	style(`plugin:${key}`, css, [key]);
}

window.pegboardDev = {
	hot,
	replace,
	keep,
	style: (id, css) => style(id, css, Object.values(app?.config.pegboard.dev.keys ?? config().keys)),
	/** What the compiler says of a file that it cannot read. */
	failed(error) {
		unreadable = error.loc?.file ?? error.id ?? "";
		overlay.show("bundle", describe(error));
	},
	/** A file was edited, and can be compiled. */
	readable: (file) => (!unreadable || unreadable.startsWith(file)) && overlay.hide("bundle"),
	/** An edit arrived. What has thrown may be left half drawn, so then the page starts anew. */
	mended: () => (overlay.errors.has("browser") ? reload() : overlay.hide("bundle")),
};

const config = () => JSON.parse(document.getElementById("pegboard-config").textContent).pegboard.dev;

function describe({ message, id, loc, frame, stack }) {
	const file = loc?.file ?? id ?? "";
	const place = loc ? `${file}:${loc.line}:${loc.column}` : file;
	return [place, message, frame ?? (place ? "" : stack)].filter(Boolean).join("\n\n");
}

// -- what the server says --------------------------------------------------------------------------

async function ask() {
	let said;
	try {
		const answer = await fetch("/_pegboard/dev/state", { cache: "no-store" });
		if (!answer.ok) throw new Error(String(answer.status));
		said = await answer.json();
	} catch {
		overlay.wait(true);
		return;
	}
	overlay.wait(false);
	if (said.traceback) {
		overlay.show("python", said.traceback);
		return;
	}
	overlay.hide("python");
	if (!app) return;
	if (said.run !== app.config.pegboard.dev.run) {
		reload();
		return;
	}
	for (const [key, now] of Object.entries(said.modules ?? {})) await follow(key, now);
	for (const failure of (said.failures ?? []).slice(seenFailures)) overlay.show("function", failure);
	seenFailures = said.failures?.length ?? seenFailures;
	if (said.bundle) overlay.show("bundle", said.bundle);
}

const followed = new Map();

async function follow(key, now) {
	const { entry, css } = now;
	const before = followed.get(key) ?? app.config.pegboard.dev.modules[key];
	followed.set(key, now);
	if (!before) return;
	if (before.css !== css) restyle(key, css);
	if (before.entry === entry) return;
	try {
		await replace(key, await import(entry));
	} catch (error) {
		overlay.show("browser", inSources(`${location.origin}${entry}\n\n${error?.stack ?? error}`));
		if (error instanceof SyntaxError) locate(entry);
	}
}

/** A failed import() says nothing of the line; the same file as a script does, through the error event. */
function locate(entry) {
	const script = Object.assign(document.createElement("script"), { type: "module", src: entry });
	script.addEventListener("load", () => script.remove());
	document.head.append(script);
}

/** Name the author's files where the browser names the addresses that they are served under. */
function inSources(text) {
	for (const { entry, file } of followed.values()) text = text.replaceAll(`${location.origin}${entry}`, file);
	return text;
}

export function start(running) {
	app = running;
	new Inspector(app, overlay.root);
	seenFailures = 0;
	addEventListener("error", (event) => {
		if (String(event.message).includes("ResizeObserver loop")) return;
		void explain(event.error ?? event.message, event);
	});
	addEventListener("unhandledrejection", (event) => void explain(event.reason));
	void watch();
}

async function watch() {
	for (;;) {
		await ask();
		await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
	}
}

/** Show an error of the page with the place in the author's own sources. */
async function explain(error, event) {
	const stack = String(error?.stack ?? error);
	const here = event?.filename ? `${event.filename}:${event.lineno}:${event.colno}` : "";
	const places = [...new Set([...(stack.match(/https?:[^\s()]+:\d+:\d+/g) ?? []), here].filter(Boolean))];
	let text = stack;
	if (app.config.pegboard.dev.positions) {
		for (const place of places) {
			const answer = await fetch(`${app.config.pegboard.dev.positions}?at=${encodeURIComponent(place)}`);
			const { original } = await answer.json();
			if (original) text = text.replaceAll(place, original);
		}
	}
	overlay.show("browser", event?.error instanceof SyntaxError ? inSources(`${here}\n\n${text}`) : inSources(text));
}

if (document.body.dataset.pegboardFailed !== undefined) {
	// The page of an app that could not start: wait for its author.
	void (async () => {
		for (;;) {
			await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
			try {
				const said = await (await fetch("/_pegboard/dev/state", { cache: "no-store" })).json();
				if (said.run !== document.body.dataset.pegboardFailed) location.reload();
			} catch {
				// Between two runs nothing answers.
			}
		}
	})();
}
