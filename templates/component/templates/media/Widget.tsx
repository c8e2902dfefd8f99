{% raw %}import { type FileData, useEmit, useHost, useOption, useValue } from "@pegboard/react";
import type { ChangeEvent } from "react";

export function {% endraw %}{{ cookiecutter.class_name }}{% raw %}() {
	const [value, setValue] = useValue<FileData>();
	const accept = useOption("accept", "");
	const label = useOption<string>("label");
	const { interactive, ids, pegboard } = useHost();
	const emit = useEmit();

	async function choose(event: ChangeEvent<HTMLInputElement>): Promise<void> {
		const input = event.currentTarget;
		const [file] = (await pegboard?.upload([...(input.files ?? [])])) ?? [];
		input.value = "";
		if (!file) return;
		setValue(file);
		emit("upload");
	}

	function clear(): void {
		setValue(null);
		emit("clear");
	}

	return (
		<>
			<div>{value ? <Preview file={value} address={pegboard?.url(value) ?? value.url} /> : "Nothing yet."}</div>
			{interactive && (
				<div className="row">
					<input type="file" accept={accept} aria-labelledby={ids?.label ?? undefined} aria-label={ids?.label ? undefined : label || "{% endraw %}{{ cookiecutter.class_name }}{% raw %}"} onChange={choose} />
					{value && (
						<button type="button" onClick={clear}>
							Clear
						</button>
					)}
				</div>
			)}
		</>
	);
}

function Preview({ file, address }: { file: FileData; address: string | null }) {
	const kind = (file.mime_type ?? "").split("/")[0];
	const name = file.orig_name ?? "file";
	if (!address) return name;
	if (kind === "image") return <img src={address} alt={name} />;
	if (kind === "audio") return <audio src={address} controls aria-label={name} />;
	if (kind === "video") return <video src={address} controls aria-label={name} />;
	return name;
}
{% endraw %}
