import type { ComponentModule, Json, PegboardContext, Status } from "@pegboard/types";
import type { ComponentType } from "react";

export type { FileData, Json, PegboardContext, Status } from "@pegboard/types";

/** Make a contract module out of a React component. It takes no props: what it needs comes through hooks. */
export function component(Inner: ComponentType): ComponentModule;

/** One option of the Python class, for reading. */
export function useOption<T>(key: string): T | undefined;
export function useOption<T>(key: string, fallback: T): T;

/** What the component holds, and a function that stores another value and sends it. */
export function useValue<T>(key?: string): [T | null, (value: T | null) => void];

export interface Host {
	/** May the person change the value? */
	interactive: boolean;
	/** Ids of the label and info texts that the host drew; `undefined` on foreign hosts. */
	ids?: { label: string | null; description: string | null };
	errors?: string[];
	status?: Status;
	locale?: string;
	theme?: "light" | "dark";
	/** Uploads, addresses, server methods, texts and toasts; absent on foreign hosts. */
	pegboard?: PegboardContext;
}

export function useHost(): Host;

/** Fires one of the events in the manifest. `change` is fired by the host, never by you. */
export function useEmit(): (event: string, data?: Json) => void;
