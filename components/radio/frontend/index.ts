import { component } from "@pegboard/svelte";
import Radio from "./Radio.svelte";

export default component(Radio);
