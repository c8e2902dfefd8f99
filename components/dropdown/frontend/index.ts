import { component } from "@pegboard/svelte";
import Dropdown from "./Dropdown.svelte";

export default component(Dropdown);
