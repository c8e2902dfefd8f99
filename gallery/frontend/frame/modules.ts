/**
 * Turns the texts of a bundle into modules. A document without an origin cannot load modules over the
 * network, and this one has none by policy: each text becomes a blob, and what modules import of each
 * other is pointed to the blobs.
 */

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(["'`])(\.{1,2}\/[^"'`]+)\2/g;

declare global {
	interface Window {
		pegboardImport?: (name: string) => Promise<unknown>;
	}
}

export function moduleAddress(entry: string, files: Record<string, string>): string {
	const made = new Map<string, string>();
	const key = `b${(bundles += 1)}/`;

	const make = (name: string): string => {
		const known = made.get(name);
		if (known) return known;
		const text = (files[name] ?? "").replace(IMPORT, (whole: string, lead: string, _quote: string, given: string) => {
			const target = joined(name, given);
			if (!(target in files)) return whole;
			// Made when it is asked for: a part that comes later may itself import what asks for it.
			if (lead.includes("(")) return `window.pegboardImport(${JSON.stringify(key + target)}`;
			return `${lead}${JSON.stringify(make(target))}`;
		});
		const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
		made.set(name, address);
		return address;
	};

	makers.set(key, make);
	window.pegboardImport ??= (name) => {
		const [bundle = ""] = name.split("/", 1);
		const maker = makers.get(`${bundle}/`);
		if (!maker) return Promise.reject(new Error(`no bundle has ${name}`));
		return import(/* @vite-ignore */ maker(name.slice(bundle.length + 1)));
	};
	return make(entry);
}

let bundles = 0;
const makers = new Map<string, (name: string) => string>();

function joined(from: string, given: string): string {
	const parts = from.split("/").slice(0, -1);
	for (const part of given.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== ".") parts.push(part);
	}
	return parts.join("/");
}
