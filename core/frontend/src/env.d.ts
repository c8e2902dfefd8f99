/// <reference types="vite/client" />

type SharedModules = Record<string, Record<string, unknown>>;

interface Window {
	/** Component modules that came inside the document, by address: each is made of the shared modules and its folder. */
	pegboardParts?: Record<string, (shared: SharedModules, folder: string) => Record<string, unknown>>;
	/** The Svelte that they share with the shell; there when the shell itself came inside the document. */
	pegboardSvelte?: SharedModules;
}
