import type { ComponentProps, Json } from "@pegboard/svelte";

export interface TreeProps extends ComponentProps<Json> {
	open?: boolean;
	show_indices?: boolean;
	height?: number | string | null;
	max_height?: number | string | null;
	min_height?: number | string | null;
	buttons?: string[];
}

export interface BranchProps {
	value: Json;
	/** Key in an object, index in a list, or null at the root. */
	name?: string | number | null;
	depth?: number;
	isLast?: boolean;
	open?: boolean;
	show_indices?: boolean;
}
