/** From Markdown to safe HTML. Formulas and highlighting are loaded when a text has them. */
import DOMPurify from "dompurify";
import { Marked } from "marked";
import { putFormulas, takeFormulas, type Formula } from "./formulas";
import type { Delimiter } from "./types";

export interface Style {
	delimiters: Delimiter[];
	sanitize: boolean;
	breaks: boolean;
	links: boolean;
}

const escaped = (text: string) =>
	text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one] ?? one);

/** Draw a text at once, formulas as their source. */
export function draw(text: string, style: Style): { html: string; formulas: Formula[]; finish: (drawn: string[]) => string } {
	const taken = takeFormulas(text, style.delimiters);
	const marked = new Marked({ gfm: true, breaks: style.breaks, async: false });
	const seen = new Map<string, number>();
	marked.use({
		renderer: {
			heading({ tokens, depth, text: plain }) {
				const inner = this.parser.parseInline(tokens);
				if (!style.links) return `<h${depth}>${inner}</h${depth}>\n`;
				const base = plain.toLowerCase().replace(/[^\p{L}\p{N}\s-]/gu, "").trim().replace(/\s+/g, "-") || "section";
				const count = seen.get(base) ?? 0;
				seen.set(base, count + 1);
				const id = escaped(count ? `${base}-${count}` : base);
				return `<h${depth} id="${id}">${inner} <a class="anchor" href="#${id}" aria-label="Link to this heading">#</a></h${depth}>\n`;
			},
		},
	});
	const parsed = marked.parse(taken.text) as string;
	const finish = (drawn: string[]) => clean(putFormulas(parsed, drawn), style.sanitize);
	return { html: finish(taken.formulas.map((one) => escaped(one.source))), formulas: taken.formulas, finish };
}

/** Draw formulas as MathML: browsers show and read it themselves, with no fonts of ours. */
export async function drawFormulas(formulas: Formula[]): Promise<string[]> {
	const { default: katex } = await import("katex");
	return formulas.map((one) =>
		katex.renderToString(one.source, { displayMode: one.display, output: "mathml", throwOnError: false }),
	);
}

/** Highlight the code blocks that name a language. */
export async function highlight(root: HTMLElement): Promise<void> {
	const blocks = [...root.querySelectorAll<HTMLElement>('pre > code[class*="language-"]')];
	if (blocks.length === 0) return;
	const { default: engine } = await import("highlight.js/lib/common");
	for (const block of blocks) {
		const language = /language-([\w+#-]+)/.exec(block.className)?.[1] ?? "";
		if (engine.getLanguage(language)) {
			block.innerHTML = engine.highlight(block.textContent ?? "", { language }).value;
		}
	}
}

function clean(html: string, sanitize: boolean): string {
	if (!sanitize) return html;
	return DOMPurify.sanitize(html, { ADD_ATTR: ["target"], FORBID_TAGS: ["style", "form"], FORBID_ATTR: ["style"] });
}
