/** Parts of the shell that most pages do without: fetched when a page has them, drawn at once when they are there. */
import type DatasetView from "./DatasetView.svelte";

/** Kept beside its promise, because even a settled `import()` is a turn of the event loop late. */
export const late: { DatasetView: typeof DatasetView | null } = { DatasetView: null };

export async function loadDatasetView(): Promise<typeof DatasetView> {
	late.DatasetView ??= (await import("./DatasetView.svelte")).default;
	return late.DatasetView;
}
