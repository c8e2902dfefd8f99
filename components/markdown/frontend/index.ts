import { component } from "@pegboard/svelte";
import Markdown from "./Markdown.svelte";

export default component(Markdown);
