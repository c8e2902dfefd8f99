/** Where the reader is: a path and a query after `#`, so that the page works below any address and from files. */

export interface Place {
	path: string[];
	query: URLSearchParams;
}

function parse(): Place {
	const [path = "", query = ""] = location.hash.replace(/^#/, "").split("?", 2);
	return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

class Router {
	place: Place = $state.raw(parse());

	constructor() {
		window.addEventListener("hashchange", () => {
			const before = this.place.path.join("/");
			this.place = parse();
			if (before !== this.place.path.join("/")) window.scrollTo(0, 0);
		});
	}

	/** Change the query without a new step in the history. */
	refine(changes: Record<string, string | null>): void {
		const query = new URLSearchParams(this.place.query);
		for (const [key, value] of Object.entries(changes)) {
			if (value) query.set(key, value);
			else query.delete(key);
		}
		const text = query.toString();
		history.replaceState(null, "", `#/${this.place.path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`);
		this.place = { path: this.place.path, query };
	}
}

export const router = new Router();

export const addressOf = (...path: string[]): string => `#/${path.map(encodeURIComponent).join("/")}`;
