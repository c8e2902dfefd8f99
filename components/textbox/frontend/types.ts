import type { ComponentProps } from "@pegboard/svelte";

/** Written as HTML writes them; see `InputHTMLAttributes` in Python. */
export interface FieldAttributes {
	autocapitalize?: "off" | "none" | "on" | "sentences" | "words" | "characters";
	autocorrect?: "on" | "off";
	spellcheck?: "true" | "false";
	autocomplete?: "on" | "off";
	tabindex?: number;
	enterkeyhint?: "enter" | "done" | "go" | "next" | "previous" | "search" | "send";
	inputmode?: "none" | "text" | "decimal" | "numeric" | "tel" | "search" | "email" | "url";
	lang?: string;
}

export interface TextboxProps extends ComponentProps<string | null> {
	type?: "text" | "password" | "email";
	lines?: number;
	max_lines?: number | null;
	placeholder?: string | null;
	autofocus?: boolean;
	autoscroll?: boolean;
	text_align?: "left" | "right" | null;
	rtl?: boolean;
	buttons?: string[] | null;
	max_length?: number | null;
	submit_btn?: string | boolean | null;
	stop_btn?: string | boolean | null;
	html_attributes?: FieldAttributes | null;
}
