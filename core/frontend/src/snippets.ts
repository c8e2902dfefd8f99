/** Code that calls an endpoint, for people to copy: Python, JavaScript, and curl. */

export interface Parameter {
	label: string;
	parameter_name: string;
	parameter_has_default: boolean;
	parameter_default?: unknown;
	type: Schema;
	python_type: { type: string; description?: string };
	component: string;
	example_input?: unknown;
}

export interface Endpoint {
	parameters: Parameter[];
	returns: { label: string; python_type: { type: string }; component: string }[];
	description?: string;
}

/** As much of a JSON Schema as a form needs. */
export interface Schema {
	type?: string | string[];
	enum?: unknown[];
	minimum?: number;
	maximum?: number;
	properties?: Record<string, unknown>;
	[more: string]: unknown;
}

export interface Place {
	/** Address of the app, without a trailing slash. */
	base: string;
	/** Address of its API. */
	api: string;
	hasLogin: boolean;
}

export const LANGUAGES = ["Python", "JavaScript", "curl"] as const;
export type Language = (typeof LANGUAGES)[number];

export function snippet(language: Language, place: Place, name: string, endpoint: Endpoint, streams: boolean): string {
	const values = endpoint.parameters.map((parameter) => [parameter.parameter_name, exampleOf(parameter)] as const);
	if (language === "Python") return python(place, name, values, streams);
	return language === "JavaScript" ? javascript(place, name, values, streams) : curl(place, name, values);
}

export function exampleOf(parameter: Parameter): unknown {
	const { parameter_has_default: has, parameter_default: value } = parameter;
	return has && value !== null && value !== undefined ? value : (parameter.example_input ?? null);
}

export function isFile(schema: Schema): boolean {
	return schema.properties !== undefined && "path" in schema.properties && "meta" in schema.properties;
}

type Values = (readonly [string, unknown])[];

/** The name of the file that an example stands for, or null when it is no file. */
function fileName(value: unknown): string | null {
	if (typeof value !== "object" || value === null || !("meta" in value) || !("path" in value)) return null;
	const { orig_name: name, path } = value as { orig_name?: unknown; path: unknown };
	return String(name ?? path);
}

function hasFile(value: unknown): boolean {
	if (fileName(value) !== null) return true;
	return typeof value === "object" && value !== null && Object.values(value).some(hasFile);
}

function python({ base, hasLogin }: Place, name: string, values: Values, streams: boolean): string {
	const literal = (value: unknown): string => {
		const file = fileName(value);
		if (file !== null) return `handle_file(${JSON.stringify(file)})`;
		if (value === null || value === undefined) return "None";
		if (typeof value === "boolean") return value ? "True" : "False";
		if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
		if (typeof value === "object") {
			return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`).join(", ")}}`;
		}
		return JSON.stringify(value);
	};
	const imports = values.some(([, value]) => hasFile(value)) ? "Client, handle_file" : "Client";
	const login = hasLogin ? ', auth=("USER", "PASSWORD")' : "";
	const args = [...values.map(([key, value]) => `    ${key}=${literal(value)},`), `    api_name="${name}",`].join("\n");
	const head = `from gradio_client import ${imports}\n\nclient = Client("${base}/"${login})\n`;
	return streams
		? `${head}job = client.submit(\n${args}\n)\nfor step in job:\n    print(step)`
		: `${head}result = client.predict(\n${args}\n)\nprint(result)`;
}

function javascript({ base, hasLogin }: Place, name: string, values: Values, streams: boolean): string {
	const literal = (value: unknown): string => {
		const file = fileName(value);
		if (file !== null) return `handle_file(${JSON.stringify(file)})`;
		if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
		if (typeof value === "object" && value !== null) {
			return `{ ${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`).join(", ")} }`;
		}
		return JSON.stringify(value ?? null);
	};
	const imports = values.some(([, value]) => hasFile(value)) ? "Client, handle_file" : "Client";
	const login = hasLogin ? ', { auth: ["USER", "PASSWORD"] }' : "";
	const args = values.length > 0 ? `{\n${values.map(([key, value]) => `  ${key}: ${literal(value)},`).join("\n")}\n}` : "{}";
	const head = `import { ${imports} } from "@gradio/client";\n\nconst client = await Client.connect("${base}/"${login});\n`;
	return streams
		? `${head}for await (const event of client.submit("${name}", ${args})) {\n  if (event.type === "data") console.log(event.data);\n}`
		: `${head}const result = await client.predict("${name}", ${args});\nconsole.log(result.data);`;
}

function curl({ base, api, hasLogin }: Place, name: string, values: Values): string {
	const lines: string[] = [];
	const cookie = hasLogin ? " -b cookies.txt" : "";
	if (hasLogin) lines.push(`curl -s -c cookies.txt ${base}/login -d username=USER -d password=PASSWORD`);
	let files = 0;
	const filled = (value: unknown): unknown => {
		const file = fileName(value);
		if (file !== null) {
			files += 1;
			lines.push(`FILE_${files}=$(curl -s${cookie} ${api}/upload -F ${quoted(`files=@${file}`)} | cut -d'"' -f2)`);
			return { path: `\u0000${files}\u0000`, meta: { _type: "gradio.FileData" } };
		}
		if (Array.isArray(value)) return value.map(filled);
		if (typeof value === "object" && value !== null) {
			return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item)]));
		}
		return value ?? null;
	};
	const body = JSON.stringify(Object.fromEntries(values.map(([key, value]) => [key, filled(value)])));
	// Out of the single quotes, so that the shell fills the variable in.
	const data = quoted(body).replace(/\\u0000(\d+)\\u0000/g, `'"$FILE_$1"'`);
	lines.push(`curl -s${cookie} ${api}/endpoints${name} \\\n  -H 'content-type: application/json' \\\n  -d ${data}`);
	return lines.join("\n");
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
