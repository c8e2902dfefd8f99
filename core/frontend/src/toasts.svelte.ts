/** Messages in the corner of the page. */
import type { Level } from "./contract";

export interface Toast {
	id: number;
	level: Level;
	title: string;
	text: string;
	/** Seconds; null stays until it is closed. */
	duration: number | null;
}

const TITLES: Record<Level, string> = { info: "Info", warning: "Warning", success: "Success", error: "Error" };
const MAX_SHOWN = 5;

export class Toasts {
	list: Toast[] = $state.raw([]);
	#last = 0;

	show(text: string, options: { level?: Level; title?: string | null; duration?: number | null } = {}): void {
		const level = options.level ?? "info";
		const duration = options.duration === undefined ? 10 : options.duration;
		const toast = { id: ++this.#last, level, title: options.title || TITLES[level], text, duration };
		this.list = [...this.list.slice(1 - MAX_SHOWN), toast];
		if (duration !== null && duration > 0) setTimeout(() => this.close(toast.id), duration * 1000);
	}

	close(id: number): void {
		this.list = this.list.filter((toast) => toast.id !== id);
	}
}
