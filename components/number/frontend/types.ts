import type { ComponentProps } from "@pegboard/svelte";

export interface NumberProps extends ComponentProps<number | null> {
	placeholder?: string | null;
	minimum?: number | null;
	maximum?: number | null;
	step?: number | null;
}
