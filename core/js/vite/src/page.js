/**
 * Builds the shell in the form that stands inside the page's own document, with the Svelte that it shares.
 *
 * One script holds the shell and those parts of Svelte that most components use; it hands them to the components
 * that stand beside it in the document. For bundles that are fetched, a small module gives out the same
 * Svelte, so that a page never runs two of them. Parts of the shell that most pages do without stay files.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { BREAKS_OUT } from "./inline.js";
import { clear } from "./output.js";
import { SHARED_MODULES, sharedOutcome, sharedSvelte, sveltePlugin, versioned, VITE, WITHOUT_STACKS } from "./preset.js";

const FOLDER = "inline";
const PAGE = "page";
/** Parts of the shell that are fetched when a page has them; imported by their name behind this prefix. */
const LATE = ["ApiView", "DatasetView"];
const LATE_PREFIX = "pegboard/";

/** What the document's script hands out, by the name of Svelte's module. */
const PROVIDED = "pegboardSvelte";

/**
 * What compiled components commonly take from Svelte, beside what the shell itself takes. A page with a
 * component that takes anything else (a transition, a store) fetches the whole runtime instead. Each name costs
 * every page its bytes, so what is rare and large is not here.
 * @type {Record<string, readonly string[]>}
 */
const COMMON = {
	svelte: ["flushSync", "mount", "onDestroy", "onMount", "tick", "unmount", "untrack"],
	"svelte/internal/client": [
		"CLASS", "STYLE", "action", "attach", "attr", "attribute_effect", "bind_checked", "bind_this", "bind_value", "clsx",
		"comment", "component", "effect", "effect_root", "element", "event", "exclude_from_object", "fallback", "from_svg", "html", "index", "key",
		"next", "noop", "props_id", "proxy", "remove_input_defaults", "remove_textarea_child", "render_effect", "rest_props",
		"select_option", "init_select", "set_checked", "set_selected", "set_value", "snapshot", "snippet", "spread_props", "state", "text",
		"to_array", "update", "user_effect", "user_pre_effect",
	],
	"svelte/reactivity": ["SvelteMap", "SvelteSet", "createSubscriber"],
	"svelte/events": ["on"],
};

/**
 * Returns what a server must know of it: the script, what it provides, and where imports lead.
 * @param {string} core the folder of pegboard-core @param {string} output @param {string} version of Svelte
 * @param {Record<string, Set<string>>} taken what the shell takes of Svelte, by module
 */
export async function buildInline(core, output, version, taken) {
	const frontend = join(core, "frontend");
	const names = Object.fromEntries(SHARED_MODULES.map((id) => [id, [...new Set([...(COMMON[id] ?? []), ...(taken[id] ?? [])])].sort()]));
	const provides = Object.fromEntries(Object.entries(names).map(([id, list]) => [versioned(version, id), list]));
	/** @param {string} name @param {string} entry @param {import("vite").PluginOption[]} plugins */
	const bundle = (name, entry, plugins) => buildFile(frontend, join(output, FOLDER), { name, entry, plugins });

	clear(join(output, FOLDER));
	const page = join(frontend, "page.js");
	const provider = join(frontend, "page-svelte.js");
	const sources = {
		[page]: [provider, join(frontend, "src/main.ts")].map((path) => `import ${JSON.stringify(path)};`).join("\n"),
		[provider]: providerSource(names, version),
	};
	await bundle(PAGE, page, [virtual(sources), lateParts(), sveltePlugin()]);
	// The page's document carries the shell's styles already.
	rmSync(join(output, FOLDER, `${PAGE}-style.css`), { force: true });
	if (BREAKS_OUT.test(readFileSync(join(output, FOLDER, `${PAGE}.js`), "utf8"))) throw new Error("the page's script would end its own element");
	const bridge = join(frontend, "bridge.js");
	await bundle("svelte", bridge, [virtual({ [bridge]: bridgeSource(provides) })]);
	for (const name of LATE) {
		const entry = join(frontend, "src/parts", `${name}.svelte`);
		await bundle(name, entry, [sveltePlugin(), ...sharedSvelte(version, sharedOutcome())]);
	}
	return {
		page: `${FOLDER}/${PAGE}.js`,
		provides,
		imports: Object.fromEntries([
			...Object.keys(provides).map((id) => [id, `${FOLDER}/svelte.js`]),
			...LATE.map((name) => [LATE_PREFIX + name, `${FOLDER}/${name}.js`]),
		]),
	};
}

/** Hands out Svelte. @param {Record<string, string[]>} names @param {string} version */
function providerSource(names, version) {
	const modules = Object.entries(names).filter(([, list]) => list.length > 0);
	const imports = modules.map(([id, list], at) => `import { ${list.map((name) => `${name} as m${at}_${name}`).join(", ")} } from "${id}";`);
	const spaces = modules.map(([id, list], at) => `"${versioned(version, id)}": { ${list.map((name) => `${name}: m${at}_${name}`).join(", ")} }`);
	return `${imports.join("\n")}\nglobalThis.${PROVIDED} = { ${spaces.join(", ")} };`;
}

/**
 * One module for all of Svelte's: a name means the same in each of them.
 * @param {Record<string, string[]>} provides
 */
function bridgeSource(provides) {
	const all = new Map(Object.entries(provides).flatMap(([id, list]) => list.map((name) => [name, id])));
	const lines = [...all].map(([name, id], at) => `const v${at} = s[${JSON.stringify(id)}].${name};`);
	return `const s = globalThis.${PROVIDED};\n${lines.join("\n")}\nexport { ${[...all.keys()].map((name, at) => `v${at} as ${name}`).join(", ")} };`;
}

/** Leaves late parts out of the script; the import map says where they are. @returns {import("vite").Plugin} */
function lateParts() {
	return {
		name: "pegboard-late-parts",
		enforce: "pre",
		resolveId(id) {
			const name = LATE.find((part) => id.endsWith(`/${part}.svelte`));
			return name ? { id: LATE_PREFIX + name, external: true } : null;
		},
	};
}

/** @param {Record<string, string>} sources by path @returns {import("vite").Plugin} */
function virtual(sources) {
	return {
		name: "pegboard-virtual",
		enforce: "pre",
		resolveId: (id) => (id in sources ? id : null),
		load: (id) => sources[id] ?? null,
	};
}

/**
 * @param {string} root @param {string} outDir
 * @param {{name: string, entry: string, plugins: import("vite").PluginOption[]}} file
 */
async function buildFile(root, outDir, { name, entry, plugins }) {
	await build({
		root,
		...VITE,
		plugins,
		build: {
			outDir,
			emptyOutDir: false,
			target: "es2022",
			minify: true,
			modulePreload: false,
			reportCompressedSize: false,
			lib: { entry, formats: [name === PAGE ? "iife" : "es"], name: "pegboardPage", fileName: () => `${name}.js`, cssFileName: `${name}-style` },
			rolldownOptions: { output: { minify: true, codeSplitting: false, ...(name === PAGE ? WITHOUT_STACKS : {}) } },
		},
	});
}
