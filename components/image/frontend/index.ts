import { component } from "@pegboard/svelte";
import Image from "./Image.svelte";

export default component(Image);
