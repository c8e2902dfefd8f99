import { component } from "@pegboard/svelte";
import File from "./File.svelte";

export default component(File);
