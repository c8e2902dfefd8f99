/** Starts the page: reads the config, draws the shell, then lets the app begin. */
import { flushSync, mount } from "svelte";
import "./shell.css";
import { App } from "./app.svelte";
import type { Block } from "./block.svelte";
import type { Config } from "./contract";
import { adoptSheet, load } from "./loader";
import { loadDatasetView } from "./parts/late";
import Shell from "./parts/Shell.svelte";
import { applyTheme, chosenTheme } from "./theme";

const config = JSON.parse(document.getElementById("pegboard-config")?.textContent ?? "{}") as Config;
const target = document.getElementById("pegboard-app") ?? document.body;

// The page of our own server carries the author's sheet already, so that the first paint has it.
if (config.css && !document.getElementById("pegboard-css")) adoptSheet(config.css);

/** How long the page waits for its components, so that everything appears at once and nothing moves. */
const PATIENCE_MS = 500;
/** The same for components that reserve no room, such as Markdown: drawn late, they move what stands below. */
const ROOMLESS_PATIENCE_MS = 1500;

async function begin(): Promise<App> {
	const app = new App(config, applyTheme(chosenTheme()));
	await loadBundles(app);
	target.replaceChildren();
	mount(Shell, { target, props: { app } });
	flushSync();
	void app.start();
	return app;
}

/** The bundles were named by `modulepreload`, so this is a matter of the slowest one, not of their sum. */
async function loadBundles(app: App): Promise<void> {
	const blocks = [...app.blocks.values()];
	const roomless = blocks.filter(({ assets }) => assets && assets.min_height_px === null);
	const others: Promise<unknown>[] = loadsOf(app, blocks);
	if (blocks.some((block) => block.type === "dataset")) others.push(loadDatasetView());
	await Promise.all([within(PATIENCE_MS, others), within(ROOMLESS_PATIENCE_MS, loadsOf(app, roomless))]);
}

function loadsOf(app: App, blocks: Block[]): Promise<unknown>[] {
	const entries = new Set(blocks.map((block) => block.assets?.entry).filter((entry) => entry != null));
	return [...entries].map((entry) => load(app.root + entry));
}

/** Wait for all, and no longer than that. What fails to load is told by the component's own card. */
function within(limitMs: number, parts: Promise<unknown>[]): Promise<unknown> {
	return Promise.race([Promise.allSettled(parts), new Promise((resolve) => setTimeout(resolve, limitMs))]);
}

interface DevClient {
	/** Puts kept values into the config. */
	prepare(config: Config): void;
	start(app: App): void;
}

if (config.pegboard.dev) {
	void (import(/* @vite-ignore */ config.pegboard.dev.client) as Promise<DevClient>).then(async (dev) => {
		dev.prepare(config);
		dev.start(await begin());
	});
} else void begin();
