/**
 * Builds a page of its own that is no app: `frontend/index.html` with its module, and, if there is a
 * `frontend/frame.html`, a sandboxed frame whose one script is classic, because a document without an
 * origin may not load modules.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { packageDir } from "./component.js";
import { BuildError } from "./errors.js";
import { clear, filesIn, sizeOf, writeBuildFile } from "./output.js";
import { sveltePlugin } from "./preset.js";

/** @param {string} folder the folder of the distribution */
export async function buildSite(folder) {
	const root = join(folder, "frontend");
	if (!existsSync(join(root, "index.html"))) throw new BuildError(`${root} has no index.html`);
	const output = join(packageDir(folder), "_frontend");
	clear(output);
	/** @type {import("vite").InlineConfig} */
	const shared = {
		root,
		base: "./",
		configFile: false,
		envDir: false,
		logLevel: "warn",
		mode: "production",
		plugins: [sveltePlugin()],
	};
	await build({
		...shared,
		publicDir: false,
		build: {
			outDir: output,
			emptyOutDir: true,
			target: "es2022",
			modulePreload: false,
			reportCompressedSize: false,
			// The page's policy allows files of its own origin, not data URLs in scripts and styles.
			assetsInlineLimit: 0,
		},
	});
	if (existsSync(join(root, "frame.html"))) {
		await build({
			...shared,
			publicDir: false,
			build: {
				outDir: output,
				emptyOutDir: false,
				target: "es2022",
				modulePreload: false,
				reportCompressedSize: false,
				lib: { entry: join(root, "frame/main.ts"), formats: ["iife"], name: "pegboardFrame", fileName: () => "frame.js", cssFileName: "frame" },
				rolldownOptions: { output: { minify: true } },
			},
		});
		copyFileSync(join(root, "frame.html"), join(output, "frame.html"));
	}
	if (existsSync(join(root, "public"))) {
		for (const name of readdirSync(join(root, "public"))) copyFileSync(join(root, "public", name), join(output, name));
	}
	const files = Object.fromEntries(filesIn(output).map((name) => [name, sizeOf(readFileSync(join(output, name)))]));
	writeBuildFile(output, { files });
	return { files };
}
