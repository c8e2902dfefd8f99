import { component } from "@pegboard/svelte";
import Button from "./Button.svelte";

export default component(Button);
