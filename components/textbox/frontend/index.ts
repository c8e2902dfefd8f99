import { component } from "@pegboard/svelte";
import Textbox from "./Textbox.svelte";

export default component(Textbox);
