import type { ComponentProps } from "@pegboard/svelte";

/** What encloses a formula. */
export interface Delimiter {
	left: string;
	right: string;
	display?: boolean;
}

export interface MarkdownProps extends ComponentProps<string | null> {
	rtl?: boolean;
	latex_delimiters?: Delimiter[];
	sanitize_html?: boolean;
	line_breaks?: boolean;
	header_links?: boolean;
	height?: number | string | null;
	max_height?: number | string | null;
	min_height?: number | string | null;
	buttons?: string[];
	padding?: boolean;
}
