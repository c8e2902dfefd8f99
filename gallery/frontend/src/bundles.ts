/** Fetches a component's bundle as text, once, and says what a stage needs of it. */
import type { StageBlock } from "../frame/protocol";
import { stageProps } from "./sample";
import type { Detail } from "./types";

interface Texts {
	files: Record<string, string>;
	css: string;
}

const fetched = new Map<string, Promise<Texts>>();

export async function stageBlock(detail: Detail, given: Record<string, unknown>, interactive: boolean, id = 1): Promise<StageBlock> {
	const { bundle } = detail;
	if (!bundle.entry) throw new Error("it has no browser code");
	const key = `${detail.slug}@${detail.installed || detail.available}`;
	let texts = fetched.get(key);
	if (!texts) {
		texts = fetchTexts(detail);
		texts.catch(() => fetched.delete(key));
		fetched.set(key, texts);
	}
	const { files, css } = await texts;
	return {
		id,
		plugin: detail.id,
		entry: bundle.entry,
		files,
		css,
		styles: bundle.styles,
		handles: bundle.handles,
		events: detail.events.map((event) => event.name),
		min_height_px: bundle.min_height_px,
		interactive,
		props: stageProps(detail, given),
	};
}

async function fetchTexts({ bundle }: Detail): Promise<Texts> {
	const texts = await Promise.all(
		Object.keys(bundle.files).map(async (name) => {
			const answer = await fetch(bundle.base + name.split("/").map(encodeURIComponent).join("/"));
			if (!answer.ok) throw new Error(`its file ${name} cannot be loaded (${answer.status})`);
			return [name, await answer.text()] as const;
		}),
	);
	const files = Object.fromEntries(texts.filter(([name]) => /\.m?js$/.test(name)));
	const css = texts.find(([name]) => name === bundle.css)?.[1] ?? "";
	return { files, css };
}

/** How many stages may start at once: a screenful of cards must not stall the page. */
const LIMIT = 3;
let running = 0;
let waiting: { order: number; start: () => void }[] = [];
let isDue = false;

/** Wait for one's turn, the first in the list first; resolves with a function that ends it. */
export async function turn(order: number): Promise<() => void> {
	await new Promise<void>((resolve) => {
		waiting.push({ order, start: resolve });
		soon();
	});
	let isDone = false;
	return () => {
		if (isDone) return;
		isDone = true;
		running -= 1;
		soon();
	};
}

/** Not at once, so that all that ask in the same moment are put in order. */
function soon(): void {
	if (isDue) return;
	isDue = true;
	setTimeout(() => {
		isDue = false;
		waiting.sort((a, b) => a.order - b.order);
		const next = waiting.slice(0, Math.max(0, LIMIT - running));
		waiting = waiting.slice(next.length);
		running += next.length;
		for (const { start } of next) start();
	});
}
