/**
 * The page of `pegboard.testing`: mounts one component as often as a test asks, in this host's own
 * frame or on a bare host that knows the contract's core alone, and records what it does.
 */
import type { Json } from "@pegboard/types";
import { flushSync, mount, unmount } from "svelte";
import { App } from "../app.svelte";
import type { Block } from "../block.svelte";
import type { Config, PluginConfig, Props } from "../contract";
import { isEqual } from "../edits";
import { adopt } from "../loader";
import ComponentView from "../parts/ComponentView.svelte";
import { applyTheme } from "../theme";
import { appearanceOf } from "./appearance";
import { mountForeign } from "./foreign";

interface Wish {
	props: Props;
	host: "pegboard" | "foreign";
	entry: string;
	theme: "light" | "dark";
}

export interface Report {
	/** What the component fired, in order. */
	events: [string, Json][];
	/** What it set and saved, one object for each save. */
	writes: Props[];
}

interface Mounted {
	el: HTMLElement;
	report: Report;
	update(changes: Props): void;
	destroy(): Promise<void>;
}

interface Watch {
	frame(work: () => void): void;
}

const config = JSON.parse(document.getElementById("pegboard-config")?.textContent ?? "{}") as Config;
const [plugin, assets] = Object.entries(config.pegboard.plugins)[0] as [string, PluginConfig];
const type = config.components.find((block) => block.component_class_id === plugin)?.type ?? "component";
const watch = (window as unknown as { pegboardWatch: Watch }).pegboardWatch;

const stage = document.createElement("main");
const heading = document.createElement("h1");
heading.textContent = "Stage";
const outside = document.createElement("button");
outside.type = "button";
outside.textContent = "Outside";
stage.append(heading, outside);
document.getElementById("pegboard-app")?.append(stage);
stage.style.padding = "16px";
applyTheme("light");

/** The app of the page, except that nothing listens and all is written down. */
class RecordingApp extends App {
	readonly report: Report = { events: [], writes: [] };

	override emit(block: Block, event: string, data: Json | null = null): void {
		this.report.events.push([event, data]);
		super.emit(block, event, data);
	}

	override saved(block: Block, changed: string[]): void {
		if (changed.length > 0) this.report.writes.push(Object.fromEntries(changed.map((key) => [key, copyOf(block.get(key))])));
		super.saved(block, changed);
	}
}

const mounted = new Map<number, Mounted>();
let last = 0;

async function mountHere(wish: Wish, number: number, el: HTMLElement): Promise<Mounted> {
	const own: Config = {
		...config,
		components: [{ id: number, type, component_class_id: plugin, props: wish.props }],
		layout: { id: 0, children: [{ id: number }] },
		dependencies: [],
		pegboard: {
			...config.pegboard,
			plugins: { [plugin]: { ...assets, entry: wish.entry } },
			problems: {},
		},
	};
	const app = new RecordingApp(own, applyTheme(wish.theme));
	const block = app.blocks.get(number) as Block;
	let view: Record<string, unknown> = {};
	await new Promise<void>((resolve, reject) => {
		const ondrawn = (problem: string | null): void => (problem === null ? resolve() : reject(new Error(problem)));
		view = mount(ComponentView, { target: el, props: { app, block, node: { id: number }, ondrawn } });
		flushSync();
	});
	return {
		el,
		report: app.report,
		update(changes) {
			if (typeof changes.interactive === "boolean") changes.$interactive = changes.interactive;
			block.update(changes);
		},
		async destroy() {
			await unmount(view);
		},
	};
}

async function mountThere(wish: Wish, el: HTMLElement): Promise<Mounted> {
	adopt(plugin, assets.css, assets.styles);
	el.dataset.pb = plugin;
	applyTheme(wish.theme);
	const report: Report = { events: [], writes: [] };
	return { el, report, ...(await mountForeign(wish.entry, wish.props, el, report)) };
}

const conformance = {
	async mount(wish: Wish): Promise<number> {
		const number = ++last;
		const el = document.createElement("div");
		stage.append(el);
		const made = wish.host === "foreign" ? await mountThere(wish, el) : await mountHere(wish, number, el);
		el.dataset.stage = String(number);
		mounted.set(number, made);
		await conformance.settle();
		return number;
	},

	async update(number: number, changes: Props): Promise<void> {
		find(number).update(changes);
		flushSync();
		await nextFrame();
	},

	/** Take a component away. The element that it was given stays until the caller looked into it. */
	async destroy(number: number): Promise<number> {
		const made = find(number);
		mounted.delete(number);
		await made.destroy();
		await nextFrame();
		const left = made.el.childNodes.length;
		made.el.remove();
		return left;
	},

	report: (number: number): Report => find(number).report,

	/** Wait until nothing was drawn for some frames; false when it never ends. */
	async settle(): Promise<boolean> {
		let quiet = 0;
		const observer = new MutationObserver(() => (quiet = 0));
		observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		for (let frames = 0; frames < 90; frames++) {
			await nextFrame();
			if (++quiet > 3) break;
		}
		observer.disconnect();
		return quiet > 3;
	},

	appearance: (number: number): string => appearanceOf(find(number).el),

	/** Wait until two of them look alike; returns null, or how both look. */
	async alike(one: number, other: number): Promise<[string, string] | null> {
		let looks: [string, string] = ["", ""];
		for (let frames = 0; frames < 120; frames++) {
			looks = [appearanceOf(find(one).el), appearanceOf(find(other).el)];
			if (looks[0] === looks[1]) return null;
			await nextFrame();
		}
		return looks;
	},
};

function find(number: number): Mounted {
	const made = mounted.get(number);
	if (!made) throw new Error(`nothing is mounted under the number ${number}`);
	return made;
}

function nextFrame(): Promise<void> {
	return new Promise((resolve) => watch.frame(() => resolve()));
}

/** What was written, as it was then. */
function copyOf(value: unknown): unknown {
	const copy = structuredClone(value);
	return isEqual(copy, value) ? copy : value;
}

Object.assign(window, { conformance });
