import type { ComponentProps } from "@pegboard/svelte";

export interface Classes {
	label?: string | number | null;
	confidences?: { label: string | number | null; confidence: number | null }[] | null;
}

export interface LabelProps extends ComponentProps<Classes | null> {
	color?: string | null;
	show_heading?: boolean;
}
