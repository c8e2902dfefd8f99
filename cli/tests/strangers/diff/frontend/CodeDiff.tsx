import { useHost, useOption, useValue } from "@pegboard/react";
import { diffLines } from "diff";

interface Versions {
	before: string;
	after: string;
}

export function CodeDiff() {
	const [value] = useValue<Versions>();
	const label = useOption<string>("label");
	const { ids } = useHost();
	const parts = value ? diffLines(value.before, value.after) : [];

	return (
		<pre className="diff" tabIndex={0} role="region" aria-labelledby={ids?.label ?? undefined} aria-label={ids?.label ? undefined : label || "Changes"}>
			{parts.length === 0 && "Nothing to compare."}
			{parts.map((part, index) => {
				if (part.added) return <ins key={index}>{part.value}</ins>;
				if (part.removed) return <del key={index}>{part.value}</del>;
				return <span key={index}>{part.value}</span>;
			})}
		</pre>
	);
}
