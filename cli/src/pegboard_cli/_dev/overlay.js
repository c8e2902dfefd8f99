/** What the developer is told over the page: errors by where they come from, and "starting again". */

const TITLES = {
	python: "The app's script failed",
	function: "A function failed",
	bundle: "The frontend cannot be built",
	browser: "An error in the page",
};

const CSS_TEXT = `
:host { all: initial; }
.layer { position: fixed; inset-inline: 12px; inset-block-end: 12px; z-index: 2147483000; display: grid; gap: 8px; justify-items: end; pointer-events: none; font: 14px/1.5 system-ui, sans-serif; }
.layer > * { pointer-events: auto; }
.error { box-sizing: border-box; inline-size: min(100%, 64rem); max-block-size: 60vh; overflow: auto; padding: 12px 16px; border: 1px solid #b42318; border-inline-start-width: 6px; border-radius: 8px; background: #fff; color: #17181c; box-shadow: 0 8px 28px rgb(0 0 0 / 25%); }
.error pre { margin: 8px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, Menlo, Consolas, monospace; }
.error header { display: flex; justify-content: space-between; gap: 12px; }
button { font: inherit; padding: 2px 10px; border: 1px solid #8b8f9a; border-radius: 6px; background: #f7f7f8; color: #17181c; cursor: pointer; }
button:focus-visible { outline: 2px solid #4338ca; outline-offset: 2px; }
.wait { padding: 4px 12px; border-radius: 999px; background: #17181c; color: #fff; }
[hidden] { display: none; }
`;

export class Overlay {
	constructor() {
		this.host = document.createElement("pegboard-dev");
		this.root = this.host.attachShadow({ mode: "open" });
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(CSS_TEXT);
		this.root.adoptedStyleSheets = [sheet];
		this.layer = document.createElement("div");
		this.layer.className = "layer";
		this.waiting = document.createElement("div");
		this.waiting.className = "wait";
		this.waiting.setAttribute("role", "status");
		this.waiting.textContent = "Starting again …";
		this.waiting.hidden = true;
		this.layer.append(this.waiting);
		this.root.append(this.layer);
		document.body.append(this.host);
		this.errors = new Map();
		this.root.addEventListener("keydown", (event) => {
			if (event.key === "Escape") for (const kind of this.errors.keys()) this.hide(kind);
		});
	}

	wait(isWaiting) {
		this.waiting.hidden = !isWaiting;
	}

	show(kind, text) {
		let box = this.errors.get(kind);
		if (box?.text === text) return;
		if (!box) {
			const element = document.createElement("section");
			element.className = "error";
			element.setAttribute("role", "alert");
			const header = document.createElement("header");
			const title = document.createElement("strong");
			title.textContent = TITLES[kind];
			const close = document.createElement("button");
			close.type = "button";
			close.textContent = "Close";
			close.addEventListener("click", () => this.hide(kind));
			header.append(title, close);
			const pre = document.createElement("pre");
			element.append(header, pre);
			box = { element, pre };
			this.errors.set(kind, box);
			this.layer.append(element);
		}
		box.text = text;
		box.pre.textContent = text;
	}

	hide(kind) {
		this.errors.get(kind)?.element.remove();
		this.errors.delete(kind);
	}
}
