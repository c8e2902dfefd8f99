import type { ComponentProps } from "@pegboard/svelte";

export type Scalar = string | number | boolean;

/** Text for people, and value. */
export type Choice = [string, Scalar];

export interface DropdownProps extends ComponentProps<Scalar | Scalar[] | null> {
	choices?: Choice[];
	multiselect?: boolean | null;
	allow_custom_value?: boolean;
	max_choices?: number | null;
	/** Rows of the open list; 0 shows all. */
	num_choices_shown?: number;
	filterable?: boolean;
}
