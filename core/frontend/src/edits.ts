/** Applies the differences between a generator's steps without touching values already handed out. */

export type Edit = ["replace" | "append" | "add" | "delete", (string | number)[], unknown];

export function applyEdits(value: unknown, edits: Edit[]): unknown {
	return edits.reduce<unknown>((now, [action, path, change]) => applyAt(now, path, 0, action, change), value);
}

function applyAt(value: unknown, path: (string | number)[], depth: number, action: Edit[0], change: unknown): unknown {
	if (depth === path.length) return action === "append" ? String(value ?? "") + String(change) : change;
	const key = path[depth] as string | number;
	const isLast = depth === path.length - 1;
	if (Array.isArray(value)) {
		const copy = value.slice();
		const index = Number(key);
		if (isLast && action === "add") copy.splice(index, 0, change);
		else if (isLast && action === "delete") copy.splice(index, 1);
		else copy[index] = applyAt(copy[index], path, depth + 1, action, change);
		return copy;
	}
	const copy: Record<string, unknown> = { ...(value as Record<string, unknown> | null) };
	if (isLast && action === "add") copy[key] = change;
	else if (isLast && action === "delete") delete copy[key];
	else copy[key] = applyAt(copy[key], path, depth + 1, action, change);
	return copy;
}

/** Are two JSON values the same? */
export function isEqual(a: unknown, b: unknown): boolean {
	if (Object.is(a, b)) return true;
	if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
	if (Array.isArray(a) || Array.isArray(b)) {
		return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
	}
	if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) return false;
	const left = a as Record<string, unknown>;
	const right = b as Record<string, unknown>;
	const keys = Object.keys(left);
	return keys.length === Object.keys(right).length && keys.every((key) => key in right && isEqual(left[key], right[key]));
}
