/** The chunks of one streaming event on their way to the server: one request at a time, in order. */
import type { Client } from "./client";
import { Refusal } from "./client";
import type { Json } from "@pegboard/types";

export interface Chunk {
	data: unknown[];
	event_data: Json | null;
	trigger_id: number | null;
}

/** Chunks kept while the server is slow; sound beyond that is lost, oldest first. */
const KEPT = 64;

export class Feed {
	#waiting: Chunk[] = [];
	#isSending = false;
	#isClosing = false;
	#id: string | null = null;
	isOver = false;

	/** @param keepsAll every chunk counts (sound); otherwise a newer one replaces one that waits */
	constructor(
		private readonly client: Client,
		private readonly keepsAll: boolean,
		private readonly onRefusal: (error: unknown) => void,
	) {}

	push(chunk: Chunk): void {
		if (this.isOver || this.#isClosing) return;
		this.#waiting = [...(this.keepsAll ? this.#waiting.slice(1 - KEPT) : []), chunk];
		void this.#send();
	}

	/** The event has begun. */
	opened(id: string): void {
		this.#id = id;
		void this.#send();
	}

	/** No more chunks come; those that wait are still sent. */
	close(): void {
		this.#isClosing = true;
		void this.#send();
	}

	get isClosed(): boolean {
		return this.#isClosing;
	}

	/** The server has ended the event. */
	ended(): void {
		this.isOver = true;
		this.#waiting = [];
	}

	async #send(): Promise<void> {
		if (this.#isSending || this.#id === null) return;
		this.#isSending = true;
		try {
			let chunk: Chunk | undefined;
			while (!this.isOver && (chunk = this.#waiting.shift())) {
				await this.client.post(`/stream/${this.#id}`, { ...chunk, session_hash: this.client.session });
			}
			if (this.#isClosing && !this.isOver) {
				this.isOver = true;
				await this.client.post(`/stream/${this.#id}/close`, {});
			}
		} catch (error) {
			// Gone: the server closed the stream at its time limit, and says so in the event's end.
			if (!(error instanceof Refusal && error.status === 404)) this.onRefusal(error);
		} finally {
			this.#isSending = false;
		}
	}
}
