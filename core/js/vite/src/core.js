/** Builds what core itself serves: the shared Svelte runtime and the shell. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "vite";
import { installedSvelte } from "./component.js";
import { clear, compressAll, writeBuildFile } from "./output.js";
import { buildInline } from "./page.js";
import { EAGER, SHARED_MODULES, sharedOutcome, sharedSvelte, sveltePlugin, versioned, VITE, WITHOUT_STACKS } from "./preset.js";

const RUNTIME = "runtime/svelte.js";
const SHELL = "shell/shell.js";

/** @param {string} core the folder of pegboard-core @param {string} output */
export async function buildRuntime(core, output) {
	const version = requireSvelte(core);
	mkdirSync(join(output, "runtime"), { recursive: true });
	clear(join(output, "runtime"));
	// The entry must lie where `svelte` can be found, so it is virtual and belongs to core/frontend.
	const entry = join(core, "frontend", "virtual-svelte-runtime.js");
	await build({
		root: join(core, "frontend"),
		...VITE,
		plugins: [
			{
				name: "pegboard-runtime-entry",
				enforce: "pre",
				resolveId: (id) => (id === entry ? id : null),
				load: (id) => (id === entry ? SHARED_MODULES.map((name) => reExport(core, name)).join("\n") : null),
			},
		],
		build: {
			outDir: join(output, "runtime"),
			emptyOutDir: true,
			target: "es2022",
			minify: true,
			modulePreload: false,
			reportCompressedSize: false,
			lib: { entry, formats: ["es"], fileName: () => "svelte.js" },
			rolldownOptions: { output: { minify: true, codeSplitting: false, postBanner: EAGER, ...WITHOUT_STACKS } },
		},
	});
	return writeCoreBuildFile(output, version);
}

/**
 * All of a module; of the one that compiled components use, all but what they call in development only.
 * @param {string} core @param {string} name
 */
function reExport(core, name) {
	if (name !== "svelte/internal/client") return `export * from "${name}";`;
	const resolved = createRequire(join(core, "frontend", "package.json")).resolve("svelte/package.json");
	const index = readFileSync(join(dirname(resolved), "src/internal/client/index.js"), "utf-8");
	const names = [...index.matchAll(/export \{([^}]*)\} from '([^']+)'/g)]
		.filter(([, , from]) => !from?.startsWith("./dev/"))
		.flatMap(([, list]) => (list ?? "").split(",").map((item) => item.trim().split(" as ").at(-1)?.trim() ?? ""))
		.filter(Boolean);
	if (names.length < 100 || /export (?!\{)/.test(index)) throw new Error("svelte/internal/client is not a list of names any more");
	return `export { ${names.join(", ")} } from "${name}";`;
}

/** @param {string} core @param {string} output */
export async function buildShell(core, output) {
	const outcome = sharedOutcome();
	const version = await buildPage(core, output, outcome, {
		folder: "shell",
		source: "main.ts",
		// Lazy parts may import from the entry, so that nothing the entry needs becomes a second request.
		rolldownOptions: {
			preserveEntrySignatures: "allow-extension",
			output: { minify: true, chunkFileNames: "[name]-[hash].js", postBanner: EAGER },
		},
	});
	return writeCoreBuildFile(output, version, await buildInline(core, output, version, outcome.names));
}

/**
 * The page of `pegboard.testing`. It is no part of an app, so no app lists, loads or serves it.
 * @param {string} core @param {string} output
 */
export async function buildStage(core, output) {
	const rolldownOptions = { output: { codeSplitting: false } };
	await buildPage(core, output, sharedOutcome(), { folder: "stage", source: "stage/stage.ts", rolldownOptions });
}

/**
 * Build a page's script from core/frontend/src on the shared runtime; returns that runtime's version.
 * @param {string} core @param {string} output @param {import("./preset.js").SharedOutcome} outcome
 * @param {{folder: string, source: string, rolldownOptions: import("vite").BuildOptions["rolldownOptions"]}} page
 */
async function buildPage(core, output, outcome, { folder, source, rolldownOptions }) {
	const version = requireSvelte(core);
	clear(join(output, folder));
	await build({
		root: join(core, "frontend"),
		...VITE,
		plugins: [sveltePlugin(), ...sharedSvelte(version, outcome)],
		build: {
			outDir: join(output, folder),
			emptyOutDir: true,
			target: "es2022",
			minify: true,
			cssMinify: true,
			cssCodeSplit: true,
			modulePreload: false,
			reportCompressedSize: false,
			lib: {
				entry: join(core, "frontend/src", source),
				formats: ["es"],
				fileName: () => `${folder}.js`,
				cssFileName: folder,
			},
			rolldownOptions,
		},
	});
	return version;
}

/** @param {string} output @param {string} version @param {Awaited<ReturnType<typeof buildInline>> | null} inline */
function writeCoreBuildFile(output, version, inline = null) {
	const files = Object.fromEntries(Object.entries(compressAll(output)).filter(([name]) => !name.startsWith("stage/")));
	const data = {
		svelte: version,
		imports: Object.fromEntries(SHARED_MODULES.map((id) => [versioned(version, id), RUNTIME])),
		shell: files[SHELL] ? { entry: SHELL, css: "shell/main.css" } : null,
		inline,
		files,
	};
	writeBuildFile(output, data);
	return data;
}

/** @param {string} core */
function requireSvelte(core) {
	const version = installedSvelte(join(core, "frontend"));
	if (!version) throw new Error("Svelte is not installed; run `npm ci` in the workspace first");
	return version;
}
