import type { ComponentProps } from "@pegboard/svelte";

export type Scalar = string | number | boolean;

export interface RadioProps extends ComponentProps<Scalar | null> {
	/** Text for people, and value. */
	choices?: [string, Scalar][];
	rtl?: boolean;
}
