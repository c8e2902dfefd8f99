import type { ComponentProps } from "@pegboard/svelte";

export interface CheckboxProps extends ComponentProps<boolean | null> {
	info?: string | null;
}
