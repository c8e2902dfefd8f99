/**
 * The form of a bundle that can stand inside the page's own document.
 *
 * A module inside a document has no address, so nothing can import it. So a component's shared bundle is
 * turned into a function that takes the shared modules and returns what the module exports. The page calls it
 * with the Svelte that came in the same document; see `core.js` for that side.
 */
import { parseAst } from "vite";

/** A larger bundle is better fetched beside the document, and kept in the browser's cache. */
export const INLINE_LIMIT = 24 * 1024;
const MODULES = "pegboardModules";
const BASE = "pegboardBase";
/** Would end the script element, or (behind a "<!--") keep its end from being seen. Source: HTML, 4.12.1.3. */
export const BREAKS_OUT = /<\/?script/i;

/** @typedef {{type: string, start: number, end: number, [key: string]: any}} Node */

/**
 * Turn a built module into the text of a function; `null` if it cannot be one.
 *
 * That is so when it imports anything but Svelte's shared modules at once, asks for its own address, waits at its
 * top level, or is too large.
 * @param {string} code
 * @returns {string | null}
 */
export function asFunction(code) {
	code = code.replace(/^\/\/#.*\n/, ""); // a hint for the engine about the whole file
	if (code.length > INLINE_LIMIT || BREAKS_OUT.test(code)) return null;
	const program = /** @type {Node} */ (/** @type {unknown} */ (parseAst(code)));
	/** @type {{start: number, end: number, text: string}[]} */
	const edits = [];
	/** @type {string[]} */
	const exported = [];
	for (const node of /** @type {Node[]} */ (program.body)) {
		if (node.type === "ImportDeclaration") {
			const text = asConstant(node);
			if (text === null) return null;
			edits.push({ start: node.start, end: node.end, text });
		} else if (node.type === "ExportNamedDeclaration" && !node.declaration && !node.source) {
			for (const { local, exported: name } of node.specifiers) exported.push(`${JSON.stringify(nameOf(name))}:${local.name}`);
			edits.push({ start: node.start, end: node.end, text: "" });
		} else if (node.type.startsWith("Export")) return null;
	}
	if (!collectInner(program, edits)) return null;
	let text = "";
	let from = 0;
	for (const edit of edits.sort((a, b) => a.start - b.start)) {
		text += code.slice(from, edit.start) + edit.text;
		from = edit.end;
	}
	text = (text + code.slice(from)).trim();
	return `(${MODULES},${BASE})=>{${text};return{${exported.join(",")}}}`;
}

/** An import of Svelte as a constant; `null` for an import of anything else. @param {Node} node */
function asConstant(node) {
	const from = String(node.source.value);
	if (!/^svelte@/.test(from)) return null;
	const modules = `${MODULES}[${JSON.stringify(from)}]`;
	const [first] = node.specifiers;
	if (!first) return "";
	if (first.type === "ImportNamespaceSpecifier") return `const ${first.local.name}=${modules};`;
	if (first.type === "ImportDefaultSpecifier") return null;
	const names = /** @type {Node[]} */ (node.specifiers).map(({ imported, local }) => `${JSON.stringify(nameOf(imported))}:${local.name}`);
	return `const {${names.join(",")}}=${modules};`;
}

/**
 * What is imported later is found from the bundle's own address, which the document does not have.
 * @param {Node} program @param {{start: number, end: number, text: string}[]} edits
 * @returns {boolean} whether all of it can be
 */
function collectInner(program, edits) {
	let isPossible = true;
	walk(program, 0, (node, depth) => {
		if (node.type === "MetaProperty" && node.meta.name === "import") isPossible = false;
		if (depth === 0 && (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await))) isPossible = false;
		if (node.type !== "ImportExpression") return;
		const address = literal(node.source);
		if (address === null) isPossible = false;
		else if (/^\.\//.test(address)) {
			edits.push({ start: node.source.start, end: node.source.end, text: `${BASE}+${JSON.stringify(address.slice(2))}` });
		} else if (/^\./.test(address)) isPossible = false;
	});
	return isPossible;
}

/** @param {Node} node @returns {string | null} */
function literal(node) {
	if (node.type === "Literal" && typeof node.value === "string") return node.value;
	if (node.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked;
	return null;
}

/**
 * Add the names that a compiled module takes from Svelte's shared modules.
 * @param {string} code a module before it is minified, so that the namespace has a name of its own
 * @param {readonly string[]} shared addresses of the shared modules
 * @param {Record<string, Set<string>>} names by address
 */
export function collectNames(code, shared, names) {
	if (!code.includes("svelte")) return;
	const program = /** @type {Node} */ (/** @type {unknown} */ (parseAst(code)));
	/** @type {Map<string, string>} */
	const spaces = new Map();
	for (const node of /** @type {Node[]} */ (program.body)) {
		if (node.type !== "ImportDeclaration" && !(node.type.startsWith("Export") && node.source)) continue;
		const from = String(node.source.value);
		if (!shared.includes(from)) continue;
		const known = (names[from] ??= new Set());
		if (node.type !== "ImportDeclaration") known.add("*");
		else {
			for (const { type, imported, local } of node.specifiers) {
				if (type === "ImportNamespaceSpecifier") spaces.set(local.name, from);
				else known.add(type === "ImportDefaultSpecifier" ? "default" : nameOf(imported));
			}
		}
	}
	walk(program, 0, (node, _, parent) => {
		const from = node.type === "Identifier" ? spaces.get(node.name) : undefined;
		if (from === undefined || parent?.type === "ImportNamespaceSpecifier") return;
		const isMember = parent?.type === "MemberExpression";
		if (isMember && parent.property === node && !parent.computed) return;
		const isRead = isMember && parent.object === node && !parent.computed;
		names[from]?.add(isRead ? parent.property.name : "*");
	});
}

/** @param {Node} node an identifier, or a string in its place */
function nameOf(node) {
	return String(node.name ?? node.value);
}

/**
 * Visit every node; `depth` counts the functions around it.
 * @param {Node} node @param {number} depth
 * @param {(node: Node, depth: number, parent: Node | null) => void} visit @param {Node | null} parent
 */
function walk(node, depth, visit, parent = null) {
	visit(node, depth, parent);
	const inside = depth + (/Function/.test(node.type) ? 1 : 0);
	for (const value of Object.values(node)) {
		for (const child of Array.isArray(value) ? value : [value]) {
			if (child && typeof child === "object" && typeof child.type === "string") walk(child, inside, visit, node);
		}
	}
}
