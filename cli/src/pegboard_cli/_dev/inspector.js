/**
 * The contract inspector: what a component's model holds right now, what it fired, what of that its own
 * manifest and schema do not allow, and every option to play with.
 */
import { violations } from "./schema.js";

const MAX_LINES = 200;

const CSS_TEXT = `
.toggle { position: fixed; inset-block-end: 12px; inset-inline-start: 12px; z-index: 2147483001; font: 13px system-ui, sans-serif; }
.panel { position: fixed; inset-block: 0; inset-inline-end: 0; z-index: 2147482000; box-sizing: border-box; inline-size: min(30rem, 100vw); overflow: auto; padding: 12px 16px 48px; border-inline-start: 1px solid #8b8f9a; background: #fff; color: #17181c; font: 13px/1.5 system-ui, sans-serif; }
.panel h2 { margin: 16px 0 4px; font-size: 13px; }
.panel select, .panel textarea { box-sizing: border-box; inline-size: 100%; font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; color: #17181c; background: #fff; border: 1px solid #8b8f9a; border-radius: 4px; padding: 4px; }
.panel textarea { resize: vertical; }
.panel label { display: grid; grid-template-columns: 9rem 1fr; gap: 8px; align-items: start; margin-block: 2px; }
.panel ol { margin: 0; padding: 0; list-style: none; font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.panel dl { display: grid; grid-template-columns: 9rem 1fr; gap: 2px 8px; margin: 0; font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; }
.panel dd { margin: 0; overflow-wrap: anywhere; }
.bad { color: #b42318; }
`;

const make = (tag, props = {}, ...children) => {
	const element = Object.assign(document.createElement(tag), props);
	element.append(...children);
	return element;
};

export class Inspector {
	constructor(app, root) {
		this.app = app;
		this.about = app.config.pegboard.dev;
		this.root = root;
		this.lines = [];
		this.wrong = new Map();
		this.chosen = null;
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(CSS_TEXT);
		root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
		this.toggle = make("button", { type: "button", className: "toggle", textContent: "Inspect", onclick: () => this.turn() });
		this.toggle.setAttribute("aria-expanded", "false");
		root.append(this.toggle);
		this.blocks = [...app.blocks.values()].filter((block) => block.plugin);
		this.listen();
	}

	turn() {
		const isOpen = this.panel === undefined;
		this.toggle.setAttribute("aria-expanded", String(isOpen));
		if (!isOpen) {
			this.panel.remove();
			this.panel = undefined;
			return;
		}
		this.build();
	}

	/** Hear everything that happens between the components and the host. */
	listen() {
		const name = typeof this.app.emit === "function" ? "emit" : "fire";
		const original = this.app[name].bind(this.app);
		this.app[name] = (block, event, data = null) => {
			this.heard(block, event, data);
			return original(block, event, data);
		};
		for (const block of this.blocks) {
			const model = block.view(new AbortController().signal);
			model.on("change:value", () => {
				this.heard(block, "value", block.get("value"), true);
				this.compare(block);
			});
			model.on("change", () => this.chosen === block && this.state());
			this.compare(block);
		}
	}

	heard(block, event, data, isState = false) {
		const allowed = block.assets?.events ?? [];
		const isWrong = !isState && !allowed.includes(event);
		const time = new Date().toISOString().slice(11, 23);
		this.lines.push({ block, isWrong, text: `${time} ${isState ? "set" : "event"} ${event} ${JSON.stringify(data) ?? ""}`.slice(0, 300) });
		this.lines = this.lines.slice(-MAX_LINES);
		if (isWrong) this.note(block, `event ${event}`, `it fired '${event}', which its class does not declare`);
		if (this.chosen === block) this.timeline();
	}

	compare(block) {
		const schema = this.about.schemas?.[block.id];
		const value = block.get("value");
		const found = schema && value !== null && value !== undefined ? violations(value, schema) : [];
		this.note(block, "value", found.join("; "));
	}

	note(block, about, text) {
		const own = this.wrong.get(block) ?? new Map();
		if (text) own.set(about, text);
		else own.delete(about);
		this.wrong.set(block, own);
		const count = [...this.wrong.values()].reduce((sum, map) => sum + map.size, 0);
		this.toggle.textContent = count ? `Inspect (${count})` : "Inspect";
		this.toggle.classList.toggle("bad", count > 0);
		if (this.chosen === block) this.problems();
	}

	build() {
		const select = make("select", { onchange: () => this.choose(this.blocks[select.selectedIndex]) });
		select.setAttribute("aria-label", "Component");
		select.append(...this.blocks.map((block) => make("option", { textContent: `${block.id} ${block.type} ${block.props.label ?? ""}` })));
		this.stateList = make("dl");
		this.events = make("ol");
		this.wrongList = make("ol");
		this.options = make("div");
		const heading = (text) => make("h2", { textContent: text });
		this.panel = make(
			"aside",
			{ className: "panel" },
			select,
			heading("What its contract does not allow"),
			this.wrongList,
			heading("Model"),
			this.stateList,
			heading("Timeline"),
			this.events,
			heading("Options to play with"),
			this.options,
		);
		this.panel.setAttribute("aria-label", "Contract inspector");
		this.root.append(this.panel);
		this.choose(this.chosen ?? this.blocks[0]);
		select.selectedIndex = this.blocks.indexOf(this.chosen);
	}

	choose(block) {
		this.chosen = block;
		if (!block) return;
		this.state();
		this.timeline();
		this.problems();
		this.playground();
	}

	state() {
		if (!this.panel) return;
		const keys = [...new Set(["value", ...Object.keys(this.chosen.props), "$interactive", "$theme", "$locale", "$ids", "$errors", "$status"])];
		this.stateList.replaceChildren(
			...keys.flatMap((key) => [make("dt", { textContent: key }), make("dd", { textContent: JSON.stringify(this.chosen.get(key)) ?? "undefined" })]),
		);
	}

	timeline() {
		if (!this.panel) return;
		const own = this.lines.filter((line) => line.block === this.chosen).slice(-40).reverse();
		this.events.replaceChildren(...own.map((line) => make("li", { textContent: line.text, className: line.isWrong ? "bad" : "" })));
	}

	problems() {
		if (!this.panel) return;
		const own = [...(this.wrong.get(this.chosen) ?? new Map()).values()];
		this.wrongList.replaceChildren(...(own.length ? own : ["Nothing so far."]).map((text) => make("li", { textContent: text, className: own.length ? "bad" : "" })));
	}

	playground() {
		const block = this.chosen;
		const keys = ["value", ...Object.keys(block.props).filter((key) => !["name", "value"].includes(key)), "$interactive", "$theme"];
		this.options.replaceChildren(
			...keys.map((key) => {
				const area = make("textarea", { rows: 1, value: JSON.stringify(block.get(key)) ?? "null", spellcheck: false });
				area.setAttribute("aria-label", `option ${key}`);
				area.addEventListener("input", () => {
					try {
						block.update({ [key]: JSON.parse(area.value) });
						area.setCustomValidity("");
						area.classList.remove("bad");
					} catch (error) {
						area.setCustomValidity(String(error));
						area.classList.add("bad");
					}
				});
				return make("label", {}, make("span", { textContent: key }), area);
			}),
		);
	}
}
