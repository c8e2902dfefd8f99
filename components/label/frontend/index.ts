import { component } from "@pegboard/svelte";
import Label from "./Label.svelte";

export default component(Label);
