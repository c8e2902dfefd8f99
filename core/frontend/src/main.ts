/** Starts the page: reads the config, draws the shell, then lets the app begin. */
import { flushSync, mount } from "svelte";
import "./shell.css";
import { App } from "./app.svelte";
import type { Config } from "./contract";
import { adoptSheet } from "./loader";
import Shell from "./parts/Shell.svelte";
import { applyTheme, chosenTheme } from "./theme";

const config = JSON.parse(document.getElementById("pegboard-config")?.textContent ?? "{}") as Config;
const target = document.getElementById("pegboard-app") ?? document.body;

// The page of our own server carries the author's sheet already, so that the first paint has it.
if (config.css && !document.getElementById("pegboard-css")) adoptSheet(config.css);

function begin(): App {
	const app = new App(config, applyTheme(chosenTheme()));
	target.replaceChildren();
	mount(Shell, { target, props: { app } });
	flushSync();
	void app.start();
	return app;
}

interface DevClient {
	/** Puts kept values into the config. */
	prepare(config: Config): void;
	start(app: App): void;
}

if (config.pegboard.dev) {
	void (import(/* @vite-ignore */ config.pegboard.dev.client) as Promise<DevClient>).then((dev) => {
		dev.prepare(config);
		dev.start(begin());
	});
} else begin();
