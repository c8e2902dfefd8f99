import { component } from "@pegboard/svelte";
import Slider from "./Slider.svelte";

export default component(Slider);
