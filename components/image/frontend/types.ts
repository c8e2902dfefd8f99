import type { ComponentProps, FileData } from "@pegboard/svelte";

export type Source = "upload" | "webcam" | "clipboard";

export interface ImageProps extends ComponentProps<FileData | null> {
	sources?: Source[];
	height?: number | string | null;
	width?: number | string | null;
	buttons?: string[];
	streaming?: boolean;
	webcam_options?: { mirror: boolean; constraints: MediaStreamConstraints | null } | null;
	placeholder?: string | null;
	alt_text?: string | null;
	stream_every?: number;
}
