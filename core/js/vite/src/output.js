/** What a build leaves beside its files: sizes, hashes and precompressed copies. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** @typedef {{sha256: string, raw: number, gzip: number}} FileSize */

const COMPRESSIBLE = /\.(js|mjs|css|svg|json|wasm|map)$/;

/** @param {string} folder @returns {string[]} paths inside the folder, with "/" */
export function filesIn(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
		.filter((name) => !/(\.(gz|br)|^\.[^/]*)$/.test(name) && name !== "build.json")
		.sort();
}

/** Write `.gz` and `.br` beside each file and return what the manifest of the build says of it. @param {string} folder */
export function compressAll(folder) {
	/** @type {Record<string, FileSize>} */
	const files = {};
	for (const name of filesIn(folder)) {
		const path = join(folder, name);
		const content = readFileSync(path);
		const gzip = gzipSync(content, { level: 9 });
		files[name] = sizeOf(content, gzip);
		if (!COMPRESSIBLE.test(name)) continue;
		writeFileSync(`${path}.gz`, gzip);
		const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
		writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
	}
	return files;
}

/** @param {Buffer} content @param {Buffer} [gzip] @returns {FileSize} */
export function sizeOf(content, gzip = gzipSync(content, { level: 9 })) {
	return { sha256: digestOf(content), raw: content.length, gzip: gzip.length };
}

/** @param {Buffer | string} content */
export function digestOf(content) {
	return createHash("sha256").update(content).digest("hex");
}

/** @param {string} folder */
export function clear(folder) {
	rmSync(folder, { recursive: true, force: true });
}

/** @param {string} folder @param {object} data */
export function writeBuildFile(folder, data) {
	writeFileSync(join(folder, "build.json"), `${JSON.stringify(data, null, "\t")}\n`);
}
