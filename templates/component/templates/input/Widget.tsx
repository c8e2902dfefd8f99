{% raw %}import { useEmit, useHost, useOption, useValue } from "@pegboard/react";
import { useId } from "react";

export function {% endraw %}{{ cookiecutter.class_name }}{% raw %}() {
	const [value, setValue] = useValue<number>();
	const maximum = useOption("maximum", 5);
	const label = useOption<string>("label");
	const { interactive, ids } = useHost();
	const emit = useEmit();
	const name = useId();

	function choose(number: number): void {
		setValue(number);
		emit("input");
	}

	return (
		<div className="row" role="radiogroup" aria-labelledby={ids?.label ?? undefined} aria-label={ids?.label ? undefined : label || "{% endraw %}{{ cookiecutter.class_name }}{% raw %}"}>
			{Array.from({ length: maximum }, (_, index) => index + 1).map((number) => (
				<label key={number} className={number <= (value ?? 0) ? "on" : undefined}>
					<input type="radio" name={name} aria-label={String(number)} checked={number === value} disabled={!interactive} onChange={() => choose(number)} />★
				</label>
			))}
		</div>
	);
}
{% endraw %}
