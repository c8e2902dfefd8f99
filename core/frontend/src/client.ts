/**
 * Talks to the server: events in by POST, everything back over one stream that stays open for the
 * life of the page. The stream opens with the first event and resumes by itself after a break.
 */
import type { FileData, Json } from "@pegboard/types";
import type { Invalid, Message } from "./contract";

export type Connection = "idle" | "open" | "lost";

export interface Join {
	data: unknown[];
	fn_index: number;
	event_data: Json | null;
	trigger_id: number | null;
}

/** The server refused: its words, and what it found in the inputs, if that was the reason. */
export class Refusal extends Error {
	constructor(
		message: string,
		readonly status: number,
		readonly invalid: Invalid[] = [],
	) {
		super(message);
	}
}

const RESTARTED = "The server was restarted. Reload the page to go on.";

export class Client {
	readonly session = crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(36), "");
	readonly api: string;
	#stream: EventSource | null = null;
	#isWatched = false;
	#readers = new Map<string, (message: Message) => void>();
	#early = new Map<string, Message[]>();

	/**
	 * @param root what stands before every address, without trailing slash
	 * @param onConnection told when the stream breaks and when it is back
	 */
	constructor(
		readonly root: string,
		prefix: string,
		private readonly appId: Json | undefined,
		private readonly onConnection: (state: Connection, message?: string) => void,
	) {
		this.api = root + prefix;
	}

	/** Start an event. `read` gets its messages until the terminal one; resolves with its id. */
	async join(body: Join, read: (message: Message) => void): Promise<string> {
		this.#open();
		const answer = await this.post("/queue/join", { ...body, session_hash: this.session });
		const id = (answer as { event_id: string }).event_id;
		this.#readers.set(id, read);
		for (const message of this.#early.get(id) ?? []) this.#deliver(id, message);
		this.#early.delete(id);
		return id;
	}

	/** Stop an event. Its terminal message still comes. */
	async cancel(fnIndex: number, eventId: string): Promise<void> {
		await this.post("/cancel", { fn_index: fnIndex, session_hash: this.session, event_id: eventId });
		await this.post("/reset", { event_id: eventId });
	}

	async call(componentId: number, method: string, data: Json, signal?: AbortSignal): Promise<Json> {
		const body = { data, component_id: componentId, fn_name: method, session_hash: this.session };
		return (await this.post("/component_server", body, signal)) as Json;
	}

	async post(path: string, body: object, signal?: AbortSignal): Promise<unknown> {
		const query = location.search;
		const response = await fetch(this.api + path + query, {
			method: "POST",
			headers: { "content-type": "application/json", "x-gradio-user": "app" },
			body: JSON.stringify(body),
			credentials: "same-origin",
			signal: signal ?? null,
		}).catch((cause: unknown) => {
			if (signal?.aborted) throw cause;
			throw new Refusal("The server cannot be reached. Is it still running?", 0);
		});
		if (response.ok) return response.json();
		throw await refusal(response);
	}

	upload(
		files: Blob[],
		{ signal, onProgress }: { signal?: AbortSignal; onProgress?: (loaded: number, total: number) => void } = {},
	): Promise<FileData[]> {
		const form = new FormData();
		for (const file of files) form.append("files", file, file instanceof File ? file.name : "blob");
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open("POST", `${this.api}/upload?session_hash=${this.session}`);
			request.setRequestHeader("x-gradio-user", "app");
			request.responseType = "json";
			if (onProgress) request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
			request.onload = () => {
				const answer: unknown = request.response;
				if (request.status === 200 && Array.isArray(answer)) {
					resolve(files.map((file, index) => this.#fileData(file, String(answer[index]))));
				} else reject(new Refusal(detailOf(answer) ?? "The upload failed.", request.status));
			};
			request.onerror = () => reject(new Refusal("The upload broke off.", 0));
			request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
			signal?.addEventListener("abort", () => request.abort(), { once: true });
			request.send(form);
		});
	}

	/** The address of a file on the wire. */
	url(file: { url?: string | null; path: string }): string {
		return file.url ?? `${this.api}/file=${file.path}`;
	}

	#fileData(file: Blob, path: string): FileData {
		return {
			path,
			url: `${this.api}/file=${path}`,
			size: file.size,
			orig_name: file instanceof File ? file.name : null,
			mime_type: file.type || null,
			is_stream: false,
			meta: { _type: "gradio.FileData" },
		};
	}

	#open(): void {
		if (this.#stream) return;
		if (!this.#isWatched) {
			this.#isWatched = true;
			// An open stream would keep the page out of the back/forward cache; the next event opens it again.
			addEventListener("pagehide", (event) => {
				if (!event.persisted || this.#readers.size > 0) return;
				this.#stream?.close();
				this.#stream = null;
			});
		}
		const stream = new EventSource(`${this.api}/queue/data?session_hash=${this.session}&pegboard=1`);
		this.#stream = stream;
		let wasLost = false;
		stream.onopen = () => {
			this.onConnection("open");
			if (wasLost) void this.#checkSameServer();
			wasLost = false;
		};
		stream.onmessage = (event: MessageEvent<string>) => this.#receive(JSON.parse(event.data) as Message);
		stream.onerror = () => {
			wasLost = true;
			if (this.#readers.size > 0) this.onConnection("lost");
			if (stream.readyState !== EventSource.CLOSED) return;
			this.#stream = null;
			if (this.#readers.size === 0) return;
			setTimeout(() => {
				if (this.#readers.size > 0) void this.#checkSameServer().then(() => this.#open());
			}, 1500);
		};
	}

	/** A server that was restarted knows nothing of what this page waits for. */
	async #checkSameServer(): Promise<void> {
		if (this.appId === undefined) return;
		const answer = await fetch(`${this.api}/app_id`).then(
			(response) => (response.ok ? (response.json() as Promise<{ app_id: Json }>) : null),
			() => null,
		);
		if (answer && answer.app_id !== this.appId) {
			this.#failAll(RESTARTED);
			this.onConnection("lost", RESTARTED);
		}
	}

	#receive(message: Message): void {
		if (message.msg === "close_stream") {
			this.#stream?.close();
			this.#stream = null;
			if (this.#readers.size > 0) this.#open();
		} else if (message.msg === "unexpected_error") {
			if (message.event_id === null) this.#failAll(message.message);
			else this.#deliver(message.event_id, failed(message.event_id, message.message));
		} else if (message.event_id !== null) {
			this.#deliver(message.event_id, message);
		}
	}

	#deliver(id: string, message: Message): void {
		const read = this.#readers.get(id);
		if (!read) {
			// The answer to the join is still on its way.
			this.#early.set(id, [...(this.#early.get(id) ?? []), message]);
			if (this.#early.size > 64) this.#early.delete(this.#early.keys().next().value as string);
			return;
		}
		if (message.msg === "process_completed") this.#readers.delete(id);
		read(message);
	}

	#failAll(text: string): void {
		for (const id of [...this.#readers.keys()]) this.#deliver(id, failed(id, text));
	}
}

function failed(id: string, error: string): Message {
	return { msg: "process_completed", event_id: id, output: { error }, success: false, title: null };
}

async function refusal(response: Response): Promise<Refusal> {
	const body: unknown = await response.json().catch(() => null);
	const detail = (body as { detail?: unknown } | null)?.detail;
	if (Array.isArray(detail)) {
		const texts = (detail as Invalid[]).filter((item) => item.is_valid !== true).map((item) => item.message ?? item.msg ?? "");
		return new Refusal(texts.filter(Boolean).join("\n") || "The input was refused.", response.status, detail as Invalid[]);
	}
	return new Refusal(detailOf(body) ?? `The server answered ${response.status}.`, response.status);
}

function detailOf(body: unknown): string | null {
	const detail = (body as { detail?: unknown } | null)?.detail;
	if (typeof detail === "string") return detail;
	const error = (detail as { error?: unknown } | null)?.error ?? (body as { error?: unknown } | null)?.error;
	return typeof error === "string" ? error : null;
}
