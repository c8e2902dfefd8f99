/** What is on the stage: blocks of the shell's own kind, with a host that has no server behind it. */
import type { App } from "@pegboard/shell/src/app.svelte";
import { Block } from "@pegboard/shell/src/block.svelte";
import type { Host } from "@pegboard/shell/src/mounting";
import type { FileData, Json } from "@pegboard/types";
import { moduleAddress } from "./modules";
import type { FromFrame, Layout, StageBlock, Theme, ToFrame } from "./protocol";

const UPLOADED = { is_stream: false, meta: { _type: "gradio.FileData" } } as const;

export class StageState {
	blocks: Block[] = $state.raw([]);
	layout: Layout = $state.raw({ kind: "single" });
	theme: Theme = $state("light");
	readonly host: Host & { root: string };
	readonly #say: (message: FromFrame) => void;

	constructor(say: (message: FromFrame) => void) {
		this.#say = say;
		this.host = {
			root: "",
			toasts: { show: () => undefined },
			client: {
				upload: (files) => Promise.resolve(files.map(uploaded)),
				url: (file) => file.url ?? "",
				call: () => Promise.reject(new Error("this example runs without a server")),
			},
			fire: (block, name, data = null) => this.#report(block, name, data),
			// A change is told once, by what the component sent.
			emit: (block, name, data = null) => {
				if (name !== "change") this.#report(block, name, data);
			},
			saved: (block, changed) => {
				if (changed.includes("value")) this.#report(block, "change", null);
			},
			closeStream: () => undefined,
		};
	}

	/** The views of the shell ask for a whole app; of it they use what a host has. */
	get app(): App {
		return this.host as unknown as App;
	}

	show({ blocks, layout, theme }: ToFrame & { type: "show" }): void {
		this.setTheme(theme);
		this.layout = layout;
		this.blocks = blocks.map((block) => this.#make(block));
		// Not a frame of animation: those stand still while the stage is off the screen.
		setTimeout(() => this.#say({ type: "drawn" }));
	}

	update(id: number, props: Record<string, unknown>, interactive: boolean): void {
		this.blocks.find((block) => block.id === id)?.update({ ...props, $interactive: interactive });
	}

	setTheme(theme: Theme): void {
		this.theme = theme;
		document.documentElement.dataset.theme = theme;
		for (const block of this.blocks) block.update({ $theme: theme });
	}

	submit(): void {
		this.#say({ type: "submit" });
	}

	#make(given: StageBlock): Block {
		const assets = {
			entry: moduleAddress(given.entry, given.files),
			css: given.css,
			styles: given.styles,
			handles: given.handles,
			events: given.events,
			min_height_px: given.min_height_px,
			problem: null,
		};
		const config = { id: given.id, type: "component", props: given.props };
		return new Block(config, given.plugin, assets, null, this.host, {
			$interactive: given.interactive,
			$theme: this.theme,
			$locale: "en",
		});
	}

	#report(block: Block, name: string, data: Json | null): void {
		// Values may hold what no message can carry; then the event is told without.
		const message: FromFrame = { type: "event", id: block.id, name, data, value: block.value ?? null };
		try {
			this.#say(message);
		} catch {
			this.#say({ ...message, data: null, value: null });
		}
	}
}

function uploaded(file: Blob): FileData {
	const name = file instanceof File ? file.name : "file";
	return { ...UPLOADED, path: name, url: URL.createObjectURL(file), size: file.size, orig_name: name, mime_type: file.type || null };
}
