{% raw %}import { useEmit, useOption, useValue } from "@pegboard/react";

export function {% endraw %}{{ cookiecutter.class_name }}{% raw %}() {
	const [open, setOpen] = useValue<boolean>("open");
	const label = useOption<string>("label");
	const emit = useEmit();
	const isOpen = open !== false;

	function toggle(): void {
		setOpen(!isOpen);
		emit(isOpen ? "collapse" : "expand");
	}

	return (
		<section>
			<button type="button" aria-expanded={isOpen} onClick={toggle}>
				{label || "{% endraw %}{{ cookiecutter.class_name }}{% raw %}"}
			</button>
			{/* The host puts the children here. */}
			<div data-pb-slot="default" hidden={!isOpen} />
		</section>
	);
}
{% endraw %}
