/** The Vite settings that every component is built with. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { collectNames } from "./inline.js";

/** Public modules of Svelte that the page's shared runtime provides; the rest is bundled. */
export const SHARED_MODULES = [
	"svelte",
	"svelte/internal/client",
	"svelte/reactivity",
	"svelte/events",
	"svelte/attachments",
];

/**
 * What every build has in common: it takes nothing from the folder it runs in but its sources.
 * @type {import("vite").InlineConfig}
 */
export const VITE = { configFile: false, envDir: false, publicDir: false, logLevel: "warn", mode: "production" };

/** Modules that only set a flag for the whole runtime: a shared runtime must not be changed by one user. */
const FLAGS = /^svelte\/(internal\/flags\/|legacy$)/;

/**
 * Lets V8 compile a file's functions while it comes in, off the main thread, instead of one by one when the page
 * is drawn; every page runs most of them. Elsewhere it is a comment.
 */
export const EAGER = "//# allFunctionsCalledOnLoad";

/**
 * Svelte makes an Error as its module is run. For the places in an Error's stack, V8 would parse the whole
 * module once more; nobody reads that stack, so none is taken.
 */
export const WITHOUT_STACKS = {
	intro: "const stackTraceLimit=Error.stackTraceLimit;Error.stackTraceLimit=0;",
	outro: "Error.stackTraceLimit=stackTraceLimit;",
};
/** @param {string} version @param {string} id */
export const versioned = (version, id) => id.replace(/^svelte(?=$|\/)/, `svelte@${version}`);

/**
 * Settings for one variant. `frameworks` are the plugins that `frameworkPlugins` found.
 * @param {{root: string, entry: string, outDir: string, variant: "self" | "shared", svelteVersion: string, frameworks?: import("vite").PluginOption[]}} options
 * @returns {import("vite").InlineConfig & {outcome: SharedOutcome}}
 */
export function componentPreset({ root, entry, outDir, variant, svelteVersion, frameworks = [] }) {
	const outcome = sharedOutcome();
	const isShared = variant === "shared";
	const prefix = isShared ? "shared-" : "";
	return {
		outcome,
		root,
		...VITE,
		// A library build leaves this alone, and no browser knows `process`.
		define: { "process.env.NODE_ENV": '"production"' },
		plugins: [sveltePlugin(), ...frameworks, ...(isShared ? sharedSvelte(svelteVersion, outcome) : [])],
		build: {
			outDir,
			emptyOutDir: false,
			target: "es2022",
			minify: true,
			cssMinify: true,
			cssCodeSplit: false,
			assetsInlineLimit: 8192,
			modulePreload: false,
			reportCompressedSize: false,
			lib: {
				entry,
				formats: ["es"],
				fileName: () => (isShared ? "index.shared.js" : "index.js"),
				cssFileName: isShared ? "shared-style" : "style",
			},
			rolldownOptions: {
				output: {
					minify: true,
					postBanner: (chunk) => (chunk.isEntry ? EAGER : ""),
					chunkFileNames: `${prefix}[name]-[hash].js`,
					assetFileNames: (info) => (info.names?.[0]?.endsWith(".css") ? info.names[0] : "[name]-[hash][extname]"),
				},
			},
		},
	};
}

/** The plugin of another framework, if the project has installed it: React's. @param {string} root */
export async function frameworkPlugins(root) {
	let found;
	try {
		found = createRequire(join(root, "package.json")).resolve("@vitejs/plugin-react");
	} catch {
		return [];
	}
	const { default: react } = await import(pathToFileURL(found).href);
	return [react()];
}

export function sveltePlugin() {
	return svelte({
		configFile: false,
		emitCss: true,
		compilerOptions: { discloseVersion: false },
		dynamicCompileOptions: ({ filename }) => (filename.includes("node_modules") ? undefined : { runes: true }),
	});
}

/**
 * What a build with a shared Svelte found out: whether it uses it and can, and the names it takes, by module.
 * @typedef {{usesShared: boolean, isShareable: boolean, names: Record<string, Set<string>>}} SharedOutcome
 */

/** @returns {SharedOutcome} */
export const sharedOutcome = () => ({ usesShared: false, isShareable: true, names: {} });

/**
 * Leave Svelte out and import it under a name that holds its exact version.
 * @param {string} version
 * @param {SharedOutcome} outcome
 * @returns {import("vite").Plugin[]}
 */
export function sharedSvelte(version, outcome) {
	return [
		{
			name: "pegboard-shared-svelte",
			enforce: "pre",
			resolveId(id, importer) {
				if (FLAGS.test(id) || id === "svelte/motion" || id === "svelte/store") outcome.isShareable = false;
				if (!SHARED_MODULES.includes(id) || !importer) return null;
				outcome.usesShared = true;
				return { id: versioned(version, id), external: true, moduleSideEffects: false };
			},
		},
		{
			name: "pegboard-svelte-names",
			enforce: "post",
			transform(code, id) {
				if (/\.(m?js|ts|svelte)($|\?)/.test(id)) collectNames(code, SHARED_MODULES, outcome.names);
			},
		},
	];
}
