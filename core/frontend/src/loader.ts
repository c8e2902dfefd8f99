/** Loads component modules, each once per address, and gives their styles a place of their own. */
import type { ComponentModule } from "@pegboard/types";

const modules = new Map<string, Promise<ComponentModule>>();
const loaded = new Map<string, ComponentModule>();
const adopted = new Set<string>();

export function load(address: string): Promise<ComponentModule> {
	let found = modules.get(address);
	if (!found) {
		found = fetched(address)
			.then(contractOf)
			.then((module) => {
				loaded.set(address, module);
				return module;
			});
		modules.set(address, found);
	}
	return found;
}

/** The module at an address, if it has been loaded. */
export function known(address: string): ComponentModule | undefined {
	return loaded.get(address);
}

/** The module at an address: from the document, which may have brought it along, or from there. */
async function fetched(address: string): Promise<Record<string, unknown>> {
	const make = window.pegboardParts?.[address];
	if (!make) return (await import(/* @vite-ignore */ address)) as Record<string, unknown>;
	return make(window.pegboardSvelte ?? {}, address.slice(0, address.lastIndexOf("/") + 1));
}

/** The default export may be the module's object or a function that makes it; older widgets export `render`. */
async function contractOf(module: Record<string, unknown>): Promise<ComponentModule> {
	const given = module.default ?? module;
	const made: unknown = typeof given === "function" ? await (given as () => unknown)() : given;
	if (typeof (made as ComponentModule | null)?.render !== "function") {
		throw new TypeError("the module has no render function; export default { render({ model, el }) { ... } }");
	}
	return made as ComponentModule;
}

/** Adopt a component's styles: in a layer below the app's own, and inside its own elements only. */
export function adopt(plugin: string, css: string, styles: string): void {
	if (!css || adopted.has(plugin)) return;
	adopted.add(plugin);
	const isScoped = styles !== "global" && "CSSScopeRule" in window;
	const scope = isScoped ? `@scope ([data-pb="${CSS.escape(plugin)}"]) to ([data-pb-slot]) {${css}\n}` : css;
	adoptSheet(`@layer pegboard.components {${scope}\n}`);
}

/** Adopt an unlayered sheet, which wins over everything: the styles of the app's author. */
export function adoptSheet(css: string): void {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(css);
	document.adoptedStyleSheets.push(sheet);
}
