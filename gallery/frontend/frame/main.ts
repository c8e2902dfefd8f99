/** The sandboxed frame: shows components without a server, an origin or a network, and reports what they do. */
import { mount } from "svelte";
import "@pegboard/shell/src/shell.css";
import "./frame.css";
import Stage from "./Stage.svelte";
import { StageState } from "./stage.svelte";
import type { FromFrame, ToFrame } from "./protocol";

const say = (message: FromFrame): void => {
	if (window.parent !== window) window.parent.postMessage(message, "*");
};

const stage = new StageState(say);
mount(Stage, { target: document.getElementById("stage") ?? document.body, props: { stage } });

window.addEventListener("message", (event: MessageEvent<ToFrame>) => {
	if (event.source !== window.parent) return;
	const message = event.data;
	if (message.type === "show") stage.show(message);
	else if (message.type === "update") stage.update(message.id, message.props, message.interactive);
	else if (message.type === "theme") stage.setTheme(message.theme);
});

window.addEventListener("error", (event) => event.message.startsWith("ResizeObserver loop") || say({ type: "problem", text: event.message }));
window.addEventListener("unhandledrejection", (event) => say({ type: "problem", text: String(event.reason) }));

const measured = new ResizeObserver(() => {
	say({ type: "height", px: Math.ceil(document.getElementById("stage")?.getBoundingClientRect().height ?? 0) });
});
const root = document.getElementById("stage");
if (root) measured.observe(root);

say({ type: "ready" });
