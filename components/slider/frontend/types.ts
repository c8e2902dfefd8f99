import type { ComponentProps } from "@pegboard/svelte";

export interface SliderProps extends ComponentProps<number | null> {
	minimum?: number;
	maximum?: number;
	step?: number | null;
	buttons?: string[] | null;
}
