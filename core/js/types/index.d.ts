/**
 * The frontend contract of Pegboard: anywidget's front-end module (AFM 0.11) plus one `pegboard`
 * object and read-only state under keys that begin with `$`.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A file on the wire. `path` is opaque: send it back unchanged. */
export interface FileData {
	path: string;
	url: string | null;
	size: number | null;
	orig_name: string | null;
	mime_type: string | null;
	is_stream: boolean;
	meta: { _type: "gradio.FileData" };
}

export type Status = {
	state: "idle" | "pending" | "generating" | "complete" | "error";
	eta: number | null;
	progress: { index: number | null; length: number | null; unit: string | null; progress: number | null; desc: string | null }[] | null;
};

/** Read-only keys that the host keeps; all are `undefined` on a foreign host, which means neutral. */
export interface HostState {
	/** May the person change the value? `undefined` means yes. */
	$interactive: boolean;
	$status: Status;
	/** Messages to show with the component; the host prints them unless the manifest handles "errors". */
	$errors: string[];
	$locale: string;
	$theme: "light" | "dark";
	/** Element ids of the texts that the host draws, for `aria-labelledby` and `aria-describedby`. */
	$ids: { label: string | null; description: string | null };
	/** Blocks placed inside this component, by slot name. */
	$slots: Record<string, string[]>;
	/**
	 * Of a streaming input: nothing is open; an event waits for its turn; the server takes chunks; the server
	 * has ended the stream (at its time limit), so stop recording.
	 */
	$stream: "idle" | "waiting" | "open" | "ended";
}

/** AFM's model. `set` is visible to `get` at once; `save_changes` sends what was set. */
export interface Model<State extends object = Record<string, unknown>> {
	get<K extends keyof (State & HostState)>(key: K): (State & HostState)[K];
	set<K extends keyof State>(key: K, value: State[K]): void;
	save_changes(): void;
	on(event: string, callback: (...args: never[]) => void): void;
	off(event?: string | null, callback?: ((...args: never[]) => void) | null): void;
	send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[] | ArrayBufferView[]): void;
	/** Of Pegboard's own hosts: one listener for all keys, which hears the name of each that changes. */
	watch?(callback: (key: string) => void): void;
}

export interface PegboardContext {
	/** Version of the contract that the host speaks, for example "1.0". */
	readonly protocol: string;
	/** Fire one of the events that the manifest lists. `change` is fired by the host, never by you. */
	emit(event: string, data?: Json): void;
	/** The stream that `emit("stream")` opened gets no more chunks. */
	closeStream?(): void;
	upload(
		files: Blob[],
		options?: { signal?: AbortSignal; onProgress?: (loaded: number, total: number) => void },
	): Promise<FileData[]>;
	/** Address under which a file can be fetched. */
	url(file: FileData): string;
	/** Call a server method of this component. */
	call<T extends Json = Json>(method: string, args?: Json, options?: { signal?: AbortSignal }): Promise<T>;
	/** Translate a key with the app's and the component's texts; unknown keys come back unchanged. */
	t(key: string, vars?: Record<string, Json>): string;
	/** Show a message in a corner of the page. */
	toast(message: string, options?: { level?: "info" | "warning" | "success" | "error"; title?: string; duration?: number | null }): void;
}

export interface RenderProps<State extends object = Record<string, unknown>> {
	model: Model<State>;
	el: HTMLElement;
	/** Aborted when the view goes away. */
	signal: AbortSignal;
	host?: { getWidget(ref: string): Promise<{ render(options: { el: HTMLElement; signal?: AbortSignal }): Promise<void> }> };
	experimental?: { invoke<T>(name: string, message?: unknown, options?: unknown): Promise<[T, DataView[]]> };
	/** Present on Pegboard; absent on other AFM hosts. */
	pegboard?: PegboardContext;
}

export type Cleanup = void | (() => void | Promise<void>);

export interface ComponentModule<State extends object = Record<string, unknown>> {
	initialize?(props: Omit<RenderProps<State>, "el">): Cleanup | Promise<Cleanup>;
	render(props: RenderProps<State>): Cleanup | Promise<Cleanup>;
}
