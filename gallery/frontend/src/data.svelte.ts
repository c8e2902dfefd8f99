/** Loads the gallery's data and keeps it fresh: on a local server, what is installed may change any time. */
import type { DemoDetail, Detail, GalleryData } from "./types";

const POLL_MS = 4000;

class Data {
	all: GalleryData | null = $state.raw(null);
	error: string | null = $state(null);
	/** Grows with every change of the list, so that open pages ask again. */
	version = $state(0);
	session: { allow_install: boolean; allow_compose: boolean; token: string | null } = $state.raw({ allow_install: false, allow_compose: false, token: null });
	#tag: string | null = null;
	#details = new Map<string, Promise<Detail>>();

	async start(): Promise<void> {
		await this.refresh();
		if (this.all?.mode !== "local") return;
		this.session = await read<typeof this.session>("api/session").catch(() => this.session);
		setInterval(() => {
			if (!document.hidden) void this.refresh();
		}, POLL_MS);
		document.addEventListener("visibilitychange", () => {
			if (!document.hidden) void this.refresh();
		});
	}

	async refresh(): Promise<void> {
		try {
			const answer = await fetch("data/gallery.json", this.#tag ? { headers: { "if-none-match": this.#tag } } : {});
			if (answer.status === 304) return;
			if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
			const tag = answer.headers.get("etag");
			const isSame = tag !== null && tag === this.#tag;
			const given = (await answer.json()) as GalleryData;
			this.error = null;
			if (isSame) return;
			this.#tag = tag;
			this.#details.clear();
			this.all = given;
			this.version += 1;
		} catch (problem) {
			this.error = `The gallery's data cannot be loaded: ${problem instanceof Error ? problem.message : String(problem)}.`;
		}
	}

	detail(slug: string): Promise<Detail> {
		let found = this.#details.get(slug);
		if (!found) {
			found = read<Detail>(`data/components/${slug}.json`);
			found.catch(() => this.#details.delete(slug));
			this.#details.set(slug, found);
		}
		return found;
	}

	/** Ask for something that changes the server's side, and return what it answers. */
	async post(address: string, body: unknown): Promise<Response> {
		const answer = await fetch(address, {
			method: "POST",
			headers: { "content-type": "application/json", "x-pegboard-token": this.session.token ?? "" },
			body: JSON.stringify(body),
		});
		if (!answer.ok) throw new Error(((await answer.json()) as { error?: string }).error ?? `the server answered ${answer.status}`);
		return answer;
	}

	demo(name: string): Promise<DemoDetail> {
		return read<DemoDetail>(`data/demos/${name}.json`);
	}
}

async function read<T>(address: string): Promise<T> {
	const answer = await fetch(address);
	if (!answer.ok) throw new Error(answer.status === 404 ? "it is not here any more" : `the server answered ${answer.status}`);
	return (await answer.json()) as T;
}

export const data = new Data();
