/** Light or dark: the reader's choice, else the system's. Shares its memory with Pegboard's apps. */
import { applyTheme, chosenTheme, remember } from "@pegboard/shell/src/theme";
import type { Theme } from "../frame/protocol";

class Look {
	now: Theme = $state(applyTheme(chosenTheme()));

	constructor() {
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
			this.now = applyTheme(chosenTheme());
		});
	}

	toggle(): void {
		const next: Theme = this.now === "dark" ? "light" : "dark";
		remember(next);
		this.now = applyTheme(next);
	}
}

export const look = new Look();
