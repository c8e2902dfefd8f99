import type { ComponentProps, FileData } from "@pegboard/svelte";

export interface ButtonProps extends ComponentProps<string | null> {
	variant?: "primary" | "secondary" | "stop" | "huggingface";
	size?: "sm" | "md" | "lg";
	icon?: FileData | null;
	link?: string | null;
	link_target?: "_self" | "_blank" | "_parent" | "_top";
}
