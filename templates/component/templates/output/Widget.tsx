{% raw %}import { useHost, useOption, useValue } from "@pegboard/react";

export function {% endraw %}{{ cookiecutter.class_name }}{% raw %}() {
	const [value] = useValue<number>();
	const maximum = useOption("maximum", 1);
	const label = useOption<string>("label");
	const { ids, locale } = useHost();

	return (
		<div className="row">
			<meter max={maximum} value={value ?? 0} aria-labelledby={ids?.label ?? undefined} aria-label={ids?.label ? undefined : label || "{% endraw %}{{ cookiecutter.class_name }}{% raw %}"} />
			<span>{value == null ? "–" : value.toLocaleString(locale)}</span>
		</div>
	);
}
{% endraw %}
