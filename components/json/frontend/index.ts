import { component } from "@pegboard/svelte";
import Tree from "./Tree.svelte";

export default component(Tree);
