/** The command line: reads arguments, says what was built, turns failures into an exit code. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildComponents } from "./component.js";
import { buildRuntime, buildShell, buildStage } from "./core.js";
import { serve } from "./dev.js";
import { BuildError } from "./errors.js";
import { buildSite } from "./site.js";

const USAGE = `usage: pegboard-vite build <component folder>...
       pegboard-vite dev <component folder> --port <number> --target <address of the app>
       pegboard-vite build-core [workspace folder]
       pegboard-vite build-site <folder of a page of its own>
       pegboard-vite build-all [workspace folder]`;

/** @param {string[]} args @returns {Promise<number>} the exit code */
export async function main(args) {
	const [command, ...rest] = args;
	try {
		if (command === "build" && rest.length > 0) {
			return report(await attemptAll(rest.map((folder) => resolve(folder))));
		}
		if (command === "dev" && rest.length === 5) {
			const [folder, ...options] = rest;
			const given = new Map([options.slice(0, 2), options.slice(2)]);
			await serve(resolve(folder), { port: Number(given.get("--port")), target: String(given.get("--target")) });
			return 0;
		}
		if (command === "build-site" && rest.length === 1) {
			await site(resolve(rest[0] ?? "."));
			return 0;
		}
		if (command === "build-core" || command === "build-all") {
			const workspace = resolve(rest[0] ?? ".");
			if (!existsSync(join(workspace, "core", "pyproject.toml"))) {
				throw new Error(`${workspace} is no workspace: it has no core/pyproject.toml. Name the folder that holds core/.`);
			}
			await buildCore(join(workspace, "core"));
			if (command === "build-core") return 0;
			const gallery = join(workspace, "gallery");
			if (existsSync(join(gallery, "frontend", "index.html"))) await site(gallery);
			return report(await attemptAll(componentFolders(workspace)));
		}
	} catch (error) {
		console.error(describe(error));
		return 1;
	}
	console.error(USAGE);
	return 2;
}

/** @param {string} folder */
async function site(folder) {
	for (const [name, size] of Object.entries((await buildSite(folder)).files)) say(name, size);
}

/** @param {string} core */
async function buildCore(core) {
	const output = join(core, "src/pegboard/_frontend");
	const runtime = await buildRuntime(core, output);
	say("runtime", runtime.files["runtime/svelte.js"]);
	if (existsSync(join(core, "frontend/src/main.ts"))) {
		await buildStage(core, output);
		const shell = await buildShell(core, output);
		for (const [name, size] of Object.entries(shell.files)) {
			if (name.startsWith("shell/")) say(name, size);
		}
	}
}

/** Build each folder even when one fails, so that one broken component hides no other. @param {string[]} folders */
async function attemptAll(folders) {
	/** @type {unknown[]} */
	const failures = [];
	for (const folder of folders) {
		try {
			for (const built of await buildComponents(folder)) {
				const shared = built.files["index.shared.js"];
				say(built.name, built.files["index.js"], shared);
			}
		} catch (error) {
			failures.push(error);
		}
	}
	return failures;
}

/** @param {unknown[]} failures */
function report(failures) {
	for (const failure of failures) console.error(describe(failure));
	return failures.length > 0 ? 1 : 0;
}

/** @param {string} workspace */
function componentFolders(workspace) {
	const parent = join(workspace, "components");
	if (!existsSync(parent)) return [];
	return readdirSync(parent)
		.map((name) => join(parent, name))
		.filter((folder) => existsSync(join(folder, "frontend")))
		.sort();
}

/** @param {unknown} error */
function describe(error) {
	if (error instanceof BuildError) return error.message;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** @param {string} name @param {{gzip: number} | undefined} self @param {{gzip: number}} [shared] */
function say(name, self, shared) {
	const kb = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(1)} KB`;
	console.log(`${name.padEnd(24)} ${self ? kb(self.gzip) : ""}${shared ? `, shared ${kb(shared.gzip)}` : ""}`);
}
