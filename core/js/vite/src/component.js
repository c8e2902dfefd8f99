/** Builds the components of one distribution, each in two variants. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parse } from "smol-toml";
import { build } from "vite";
import { BuildError } from "./errors.js";
import { asFunction } from "./inline.js";
import { clear, compressAll, digestOf, writeBuildFile } from "./output.js";
import { componentPreset, frameworkPlugins, versioned } from "./preset.js";

/**
 * @typedef {{name: string, entry: string, output: string, budgetKb: number | null}} ComponentSource
 * @typedef {{name: string, files: Record<string, import("./output.js").FileSize>, svelte: string | null}} Built
 */

/** Read which components a distribution has and where their frontend is. @param {string} folder @returns {ComponentSource[]} */
export function readComponents(folder) {
	const file = join(folder, "pyproject.toml");
	if (!existsSync(file)) {
		throw new BuildError(`${folder} is not a component's folder.`, {
			got: "no pyproject.toml",
			expected: "a folder with pyproject.toml and frontend/",
			fix: "name the folder of the distribution, for example components/slider",
		});
	}
	const project = parse(readFileSync(file, "utf8"));
	const table = /** @type {Record<string, Record<string, unknown>>} */ (dig(project, ["tool", "pegboard", "components"]) ?? {});
	const packageFolder = join(folder, packageOf(project));
	return Object.entries(table)
		.filter(([, options]) => typeof options.frontend === "string")
		.map(([name, options]) => ({
			name,
			entry: resolve(folder, String(options.frontend)),
			output: join(packageFolder, "_frontend", name),
			budgetKb: typeof options.budget_kb === "number" ? options.budget_kb : null,
		}));
}

/** The import package of a distribution, as its wheel target names it. @param {string} folder */
export function packageDir(folder) {
	return join(folder, packageOf(parse(readFileSync(join(folder, "pyproject.toml"), "utf8"))));
}

/** @param {string} folder @returns {Promise<Built[]>} */
export async function buildComponents(folder) {
	const built = [];
	for (const source of readComponents(folder)) built.push(await buildOne(folder, source));
	return built;
}

/** @param {string} folder @param {ComponentSource} source @returns {Promise<Built>} */
async function buildOne(folder, source) {
	const { name, entry, output, budgetKb } = source;
	if (!existsSync(entry)) {
		throw new BuildError(`The frontend of ${name} is missing.`, {
			got: `no file ${entry}`,
			expected: "the file that `frontend` names in [tool.pegboard.components." + name + "]",
			fix: "write it, or correct `frontend` in pyproject.toml",
		});
	}
	const svelteVersion = installedSvelte(folder);
	clear(output);
	mkdirSync(output, { recursive: true });

	const frameworks = await frameworkPlugins(folder);
	const settings = { root: folder, entry, outDir: output, svelteVersion: svelteVersion ?? "", frameworks };
	await build(stripped(componentPreset({ ...settings, variant: "self" })));
	let isShared = false;
	/** @type {Record<string, string[]> | null} */
	let names = null;
	if (svelteVersion) {
		const { outcome, ...config } = componentPreset({ ...settings, variant: "shared" });
		await build(config);
		rmSync(join(output, "shared-style.css"), { force: true });
		isShared = outcome.usesShared && outcome.isShareable;
		if (!isShared) rmSync(join(output, "index.shared.js"), { force: true });
		else names = Object.fromEntries(Object.entries(outcome.names).map(([id, list]) => [versioned(svelteVersion, id), [...list].sort()]));
	}

	const files = compressAll(output);
	const result = { name, files, svelte: isShared ? svelteVersion : null };
	// Written after the files that are served: this one is only ever a part of a page.
	writeBuildFile(output, { files, svelte: result.svelte, names, inline: isShared ? writeInline(output) : null });
	holdBudget(result, budgetKb);
	return result;
}

/**
 * Write the form that can stand inside a page; say so when there is one.
 * @param {string} output
 * @returns {{file: string, sha256: string} | null}
 */
function writeInline(output) {
	const text = asFunction(readFileSync(join(output, "index.shared.js"), "utf8"));
	if (text === null) return null;
	writeFileSync(join(output, "index.inline.js"), text);
	return { file: "index.inline.js", sha256: digestOf(text) };
}

/** @param {Built} built @param {number | null} budgetKb */
function holdBudget(built, budgetKb) {
	const measured = built.files["index.shared.js"] ?? built.files["index.js"];
	if (budgetKb === null || !measured || measured.gzip <= budgetKb * 1024) return;
	throw new BuildError(`The bundle of ${built.name} is over its budget.`, {
		got: `${(measured.gzip / 1024).toFixed(2)} KB gzip`,
		expected: `at most ${budgetKb} KB (budget_kb in pyproject.toml)`,
		fix: "import less, load the heavy part with import() when it is needed, or raise budget_kb with a reason",
	});
}

/** @param {ReturnType<typeof componentPreset>} preset */
function stripped({ outcome: _, ...config }) {
	return config;
}

/** The version of Svelte that this folder's imports find. @param {string} folder */
export function installedSvelte(folder) {
	try {
		const found = createRequire(join(folder, "package.json")).resolve("svelte/package.json");
		return /** @type {string} */ (JSON.parse(readFileSync(found, "utf8")).version);
	} catch {
		return null;
	}
}

/** @param {Record<string, unknown>} project */
function packageOf(project) {
	const packages = dig(project, ["tool", "hatch", "build", "targets", "wheel", "packages"]);
	if (Array.isArray(packages) && typeof packages[0] === "string") return packages[0];
	const name = String(dig(project, ["project", "name"]) ?? "");
	return join("src", name.toLowerCase().replace(/[-.]+/g, "_"));
}

/** @param {unknown} table @param {string[]} path @returns {unknown} */
function dig(table, path) {
	let here = table;
	for (const key of path) {
		if (typeof here !== "object" || here === null) return undefined;
		here = /** @type {Record<string, unknown>} */ (here)[key];
	}
	return here;
}
