import type { ComponentProps, FileData } from "@pegboard/svelte";

export interface FileProps extends ComponentProps<FileData | FileData[] | null> {
	file_count?: "single" | "multiple" | "directory";
	file_types?: string[] | null;
	height?: number | string | null;
	allow_reordering?: boolean;
}
