/**
 * The development server of one component's project: Vite's modules below one prefix, everything else
 * from the app behind it, all at one address.
 */
import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer as createHttpServer, request as httpRequest } from "node:http";
import { SourceMap } from "node:module";
import { dirname, join, relative } from "node:path";
import { createServer, normalizePath } from "vite";
import { readComponents } from "./component.js";
import { frameworkPlugins, sveltePlugin } from "./preset.js";

const BASE = "/_pegboard/vite/";
const POSITION = "/_pegboard/vite-position";
const VIRTUAL = "virtual:pegboard/";
const READABLE = "pegboard:readable";
const LOOK_AGAIN_MS = 80;
const RETRY_MS = 100;
const RETRIES = 100;

/** @param {string} folder @param {{port: number, target: string}} options */
export async function serve(folder, { port, target }) {
	const components = readComponents(folder);
	const front = createHttpServer();
	const frameworks = await frameworkPlugins(folder);
	const vite = await createServer({
		root: folder,
		base: BASE,
		configFile: false,
		envDir: false,
		publicDir: false,
		appType: "custom",
		logLevel: "warn",
		clearScreen: false,
		plugins: [sveltePlugin(), ...frameworks, entries(components, frameworks.length > 0), adoptedStyles(), everyEdit(), readableAgain()],
		optimizeDeps: { entries: components.map(({ entry }) => entry), exclude: ["@pegboard/svelte"] },
		server: {
			middlewareMode: true,
			// The page's own overlay shows errors: Vite's brings inline styles, which the policy forbids.
			hmr: { server: front, overlay: false },
			fs: { allow: [folder, dirname(realpathSync(join(folder, "node_modules")))] },
			watch: { ignored: ["**/_frontend/**", "**/dist/**", "**/src/**", "**/.venv/**"] },
		},
	});
	front.on("request", (request, response) => {
		const address = request.url ?? "/";
		if (address.startsWith(BASE)) vite.middlewares(request, response, () => response.writeHead(404).end());
		else if (address.startsWith(`${POSITION}?`)) void answerPosition(vite, folder, address, response);
		else forward(request, response, target, request.method === "GET" ? RETRIES : 0);
	});
	front.listen(port, "127.0.0.1");
	for (const signal of ["SIGINT", "SIGTERM"]) {
		process.on(signal, () => {
			front.closeAllConnections();
			front.close();
			void vite.close().finally(() => process.exit(0));
		});
	}
	await new Promise((resolve) => front.on("close", resolve));
}

/**
 * What the page imports in place of a built bundle: the entry, in a module that hands a new version of it
 * to the page, which draws the component again with the same model.
 * @param {import("./component.js").ComponentSource[]} components @param {boolean} hasReact @returns {import("vite").Plugin}
 */
function entries(components, hasReact) {
	return {
		name: "pegboard-dev-entries",
		resolveId: (id) => (id.startsWith(VIRTUAL) ? `\0${id}` : null),
		load(id) {
			if (!id.startsWith(`\0${VIRTUAL}`)) return null;
			const name = id.slice(VIRTUAL.length + 1);
			const source = components.find((component) => component.name === name);
			if (!source) return null;
			const entry = JSON.stringify(source.entry);
			const refresh = hasReact
				? `import refresh from "/@react-refresh";
refresh.injectIntoGlobalHook(window);
window.$RefreshReg$ = () => {};
window.$RefreshSig$ = () => (type) => type;`
				: "";
			// Loaded by import(), so that React's refresh is in place before any of its modules runs.
			return `${refresh}
const dev = window.pegboardDev;
import.meta.hot.on("vite:error", ({ err }) => dev.failed(err));
import.meta.hot.on("vite:beforeFullReload", () => dev.keep());
let made;
async function load() {
	try {
		return dev.hot(${JSON.stringify(name)}, await import(${entry}));
	} catch (error) {
		dev.failed(error);
		throw error;
	}
}
export default async () => (made ??= await load());
import.meta.hot.accept(${entry}, (next) => next && dev.replace(${JSON.stringify(name)}, next));
import.meta.hot.on("vite:afterUpdate", () => dev.mended());
import.meta.hot.on(${JSON.stringify(READABLE)}, ({ file }) => dev.readable(file));
`;
		},
	};
}

/**
 * See the second of two quick edits, such as a formatter's after a save: the watcher leaves out changes of a
 * file for 50 ms after one.
 * @returns {import("vite").Plugin}
 */
function everyEdit() {
	return {
		name: "pegboard-dev-every-edit",
		configureServer({ watcher }) {
			watcher.on("change", (path, seen) => {
				setTimeout(async () => {
					const now = await stat(path).catch(() => null);
					if (now && seen && now.mtimeMs !== seen.mtimeMs) watcher.emit("change", path, now);
				}, LOOK_AGAIN_MS);
			});
		},
	};
}

/**
 * Tell the page when an edited file can be compiled. An edit that was taken back changes no module, so Vite
 * sends no update for it, and the error of the edit before would stay.
 * @returns {import("vite").Plugin}
 */
function readableAgain() {
	return {
		name: "pegboard-dev-readable",
		configureServer(server) {
			server.watcher.on("change", async (path) => {
				const file = normalizePath(path);
				const modules = server.moduleGraph.getModulesByFile(file);
				// Before Vite has heard of the edit, it would answer from what it had compiled.
				server.moduleGraph.onFileChange(file);
				try {
					for (const { url } of modules ?? []) await server.transformRequest(url);
				} catch {
					return; // Vite has told the page why
				}
				if (modules?.size) server.ws.send(READABLE, { file });
			});
		},
	};
}

/** Styles become adopted sheets in the component's own scope, as in a built page; no style elements. @returns {import("vite").Plugin} */
function adoptedStyles() {
	const IMPORT = /^import \{ updateStyle as __vite__updateStyle, removeStyle as __vite__removeStyle \} from .*$/m;
	return {
		name: "pegboard-dev-styles",
		enforce: "post",
		transform(code) {
			if (!IMPORT.test(code)) return null;
			const own = `const __vite__updateStyle = (id, css) => window.pegboardDev.style(id, css);
const __vite__removeStyle = (id) => window.pegboardDev.style(id, "");`;
			return { code: code.replace(IMPORT, () => own), map: null };
		},
	};
}

/**
 * Hand a request on to the app. While the app starts again after an edit nobody listens, and GET waits.
 * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response
 * @param {string} target @param {number} retries
 */
function forward(request, response, target, retries) {
	const { hostname, port } = new URL(target);
	const onward = httpRequest({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(response);
	});
	onward.on("error", (error) => {
		if (response.headersSent) return response.destroy();
		const isAway = /** @type {NodeJS.ErrnoException} */ (error).code === "ECONNREFUSED";
		if (isAway && retries > 0 && !request.url?.startsWith("/_pegboard/dev/state")) {
			setTimeout(() => forward(request, response, target, retries - 1), RETRY_MS);
			return;
		}
		response.writeHead(502, { "content-type": "text/plain" }).end("The app does not answer.");
	});
	response.on("close", () => onward.destroy());
	if (request.method === "GET" || request.method === "HEAD") onward.end();
	else request.pipe(onward);
}

/**
 * Say where in the author's sources a place of a served module is.
 * @param {import("vite").ViteDevServer} vite @param {string} folder @param {string} address @param {import("node:http").ServerResponse} response
 */
async function answerPosition(vite, folder, address, response) {
	let original = null;
	try {
		const at = new URL(address, "http://local").searchParams.get("at") ?? "";
		const found = /^https?:\/\/[^/]+(.*):(\d+):(\d+)$/.exec(at);
		if (found?.[1]?.startsWith(BASE)) {
			const url = `/${found[1].slice(BASE.length)}`.replace(/[?&]t=\d+/, "");
			const map = (await vite.transformRequest(url))?.map;
			if (map && "mappings" in map && map.mappings) {
				const payload = /** @type {import("node:module").SourceMapPayload} */ (/** @type {unknown} */ (map));
				const entry = new SourceMap(payload).findEntry(Number(found[2]) - 1, Number(found[3]) - 1);
				if ("originalLine" in entry) {
					const file = relative(folder, join(folder, url.replace(/\?.*$/, "")));
					original = `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
				}
			}
		}
	} catch {
		// An unknown place stays as it is.
	}
	response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ original }));
}
