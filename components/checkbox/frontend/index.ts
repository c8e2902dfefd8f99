import { component } from "@pegboard/svelte";
import Checkbox from "./Checkbox.svelte";

export default component(Checkbox);
