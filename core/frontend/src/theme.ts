/** Light or dark: the address decides, then the person's choice, then the system. */

export type Theme = "light" | "dark" | "system";
const KEY = "pegboard-theme";

export function chosenTheme(): Theme {
	const asked = new URLSearchParams(location.search).get("__theme") ?? stored();
	return asked === "light" || asked === "dark" ? asked : "system";
}

/** Show a theme and return what that means now. */
export function applyTheme(theme: Theme): "light" | "dark" {
	if (theme === "system") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
	if (theme !== "system") return theme;
	return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function remember(theme: Theme): void {
	try {
		if (theme === "system") localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, theme);
	} catch {
		// A page without storage keeps the choice until it is closed.
	}
}

function stored(): string | null {
	try {
		return localStorage.getItem(KEY);
	} catch {
		return null;
	}
}
