/** Compares a value with a JSON Schema, as far as components use it: returns what is wrong, in words. */

const KINDS = {
	null: (value) => value === null,
	boolean: (value) => typeof value === "boolean",
	integer: (value) => Number.isInteger(value),
	number: (value) => typeof value === "number",
	string: (value) => typeof value === "string",
	array: (value) => Array.isArray(value),
	object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

const short = (value) => JSON.stringify(value)?.slice(0, 80) ?? String(value);

export function violations(value, schema, at = "value") {
	if (typeof schema !== "object" || schema === null) return [];
	const alternatives = schema.anyOf ?? schema.oneOf;
	if (alternatives && alternatives.every((inner) => violations(value, inner, at).length > 0)) {
		return [`${at} is ${short(value)}, which fits none of ${alternatives.length} alternatives`];
	}
	const types = schema.type === undefined ? null : [schema.type].flat();
	if (types && !types.some((type) => KINDS[type]?.(value) ?? true)) {
		return [`${at} is ${short(value)}, expected ${types.join(" or ")}`];
	}
	const found = [];
	if (schema.const !== undefined && short(schema.const) !== short(value)) found.push(`${at} is ${short(value)}, expected ${short(schema.const)}`);
	if (schema.enum && !schema.enum.some((item) => short(item) === short(value))) found.push(`${at} is ${short(value)}, expected one of ${short(schema.enum)}`);
	if (typeof value === "number") {
		if (value < schema.minimum) found.push(`${at} is ${value}, expected at least ${schema.minimum}`);
		if (value > schema.maximum) found.push(`${at} is ${value}, expected at most ${schema.maximum}`);
	}
	if (typeof value === "string") {
		if (value.length > schema.maxLength) found.push(`${at} has ${value.length} characters, expected at most ${schema.maxLength}`);
		if (value.length < schema.minLength) found.push(`${at} has ${value.length} characters, expected at least ${schema.minLength}`);
	}
	if (Array.isArray(value) && schema.items) value.forEach((item, index) => found.push(...violations(item, schema.items, `${at}[${index}]`)));
	if (KINDS.object(value)) {
		for (const name of schema.required ?? []) if (!(name in value)) found.push(`${at} lacks ${name}`);
		for (const [name, inner] of Object.entries(schema.properties ?? {})) if (name in value) found.push(...violations(value[name], inner, `${at}.${name}`));
	}
	return found;
}
