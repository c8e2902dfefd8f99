// One case per run: `node cases.mjs NAME URL [ARGUMENTS]`. The last line printed is the case's report.
// No process.exit anywhere: that a script ends by itself is part of what is tested.
import { Client, handle_file } from "@gradio/client";
import { readFile } from "node:fs/promises";

const [name, url, text] = process.argv.slice(2);
const parameters = JSON.parse(text ?? "[]");

/** Collect the events of a submission until it is complete or has failed. */
async function events(client, endpoint, data, wanted = ["data", "status", "log"]) {
	const job = client.submit(endpoint, data);
	const seen = [];
	for await (const event of job) {
		if (wanted.includes(event.type)) seen.push(event);
		if (event.type === "status" && (event.stage === "complete" || event.stage === "error")) break;
	}
	return seen;
}

async function failure(promise) {
	try {
		return { value: await promise };
	} catch (error) {
		return {
			message: error.message ?? String(error),
			title: error.title ?? null,
			duration: error.duration ?? null,
			visible: error.visible ?? null,
			stage: error.stage ?? null,
			code: error.code ?? null,
		};
	}
}

const all = { events: ["data", "status", "log"] };

const cases = {
	async connect() {
		const info = [];
		for (const address of [url, url.replace(/\/$/, "")]) {
			const client = await Client.connect(address);
			info.push(Object.keys((await client.view_api()).named_endpoints));
		}
		return info;
	},

	async call_every_way() {
		const client = await Client.connect(url);
		const results = [];
		for (const [endpoint, data] of [
			["/predict", ["Ada"]],
			["/predict", { name: "Bo" }],
			["predict", ["Cy"]],
			[0, ["Di"]],
		])
			results.push((await client.predict(endpoint, data)).data);
		return results;
	},

	async stream_chunks(endpoint, first, rest) {
		const client = await Client.connect(url);
		const job = client.submit(endpoint, first);
		const seen = [];
		for await (const event of job) {
			if (event.type === "status" && event.stage === "complete") break;
			if (event.type !== "data") continue;
			if (seen.length <= rest.length) seen.push(event.data);
			const next = rest[seen.length - 1];
			if (next) job.send_chunk({ data: next });
			else if (seen.length === rest.length + 1) {
				job.close_stream();
				break;
			}
		}
		return seen;
	},

	async predict(endpoint, data) {
		const client = await Client.connect(url);
		return (await client.predict(endpoint, data)).data;
	},

	async predict_many(endpoint, inputs) {
		const client = await Client.connect(url);
		const results = [];
		for (const data of inputs) results.push((await client.predict(endpoint, data)).data);
		return results;
	},

	async fail(endpoint, data) {
		const client = await Client.connect(url);
		return failure(client.predict(endpoint, data));
	},

	async steps(endpoint, data) {
		const client = await Client.connect(url, all);
		const seen = await events(client, endpoint, data);
		return {
			// Earlier objects are edited in place by the client, so each is copied when it comes.
			data: seen.filter((event) => event.type === "data").map((event) => event.data),
			stages: seen.filter((event) => event.type === "status").map((event) => event.stage),
		};
	},

	async copied_steps(endpoint) {
		const client = await Client.connect(url, all);
		const steps = [];
		for await (const event of client.submit(endpoint, [])) {
			if (event.type === "data") steps.push(structuredClone(event.data));
			if (event.type === "status" && event.stage !== "pending" && event.stage !== "generating") break;
		}
		return steps;
	},

	async logs(endpoint) {
		const client = await Client.connect(url, all);
		const seen = await events(client, endpoint, []);
		return seen
			.filter((event) => event.type === "log")
			.map(({ log, level, title, duration, visible }) => ({ log, level, title, duration, visible }));
	},

	async progress(endpoint) {
		const client = await Client.connect(url, all);
		const seen = await events(client, endpoint, []);
		return seen.filter((event) => event.progress_data).map((event) => event.progress_data);
	},

	async cancel_beside_a_sibling(endless, other) {
		const client = await Client.connect(url, all);
		const job = client.submit(endless, []);
		const sibling = client.predict(other, ["Ada"]);
		let count = 0;
		for await (const event of job) {
			if (event.type === "data" && ++count === 2) await job.cancel();
			if (count > 10_000) throw new Error("the cancelled job goes on");
		}
		const after = await client.predict(other, ["Bo"]);
		return { sibling: (await sibling).data, after: after.data };
	},

	async many(endpoint, workers, calls) {
		const client = await Client.connect(url);
		let wrong = 0;
		await Promise.all(
			Array.from({ length: workers }, async (_, worker) => {
				for (let number = 0; number < calls; number++) {
					const label = `${worker}-${number}`;
					const { data } = await client.predict(endpoint, [label]);
					if (data[0] !== `Hello ${label}`) wrong++;
				}
			}),
		);
		return wrong;
	},

	async files(endpoint, path) {
		const client = await Client.connect(url);
		const bytes = await readFile(path);
		const results = [];
		for (const input of [new Blob([bytes]), new File([bytes], "a file.bin"), bytes, handle_file(path)]) {
			const { data } = await client.predict(endpoint, [input]);
			const answer = await fetch(data[0].url);
			results.push(Buffer.compare(bytes, Buffer.from(await answer.arrayBuffer())) === 0);
		}
		return results;
	},

	async log_in(auth) {
		return failure(
			Client.connect(url, auth ? { auth } : {}).then(async (client) => (await client.predict("/predict", ["Ada"])).data),
		);
	},
};

console.log(JSON.stringify(await cases[name](...parameters)));
