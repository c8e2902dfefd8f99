/** Starts the page: reads the config, draws the shell, then lets the app begin. */
import { flushSync, mount } from "svelte";
import "./shell.css";
import { App } from "./app.svelte";
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

async function begin(): Promise<App> {
	const app = new App(config, applyTheme(chosenTheme()));
	await Promise.race([loadBundles(app), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
	target.replaceChildren();
	mount(Shell, { target, props: { app } });
	flushSync();
	void app.start();
	return app;
}

/** The bundles were named by `modulepreload`, so this is a matter of the slowest one, not of their sum. */
function loadBundles(app: App): Promise<unknown> {
	const blocks = [...app.blocks.values()];
	const entries = new Set(blocks.map((block) => block.assets?.entry).filter((entry) => entry != null));
	const parts: Promise<unknown>[] = [...entries].map((entry) => load(app.root + entry));
	if (blocks.some((block) => block.type === "dataset")) parts.push(loadDatasetView());
	// What fails to load is told by the component's own card.
	return Promise.allSettled(parts);
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
