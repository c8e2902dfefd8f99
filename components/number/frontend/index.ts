import { component } from "@pegboard/svelte";
import Number from "./Number.svelte";

export default component(Number);
