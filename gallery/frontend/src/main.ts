/** Starts the gallery's page. */
import { mount } from "svelte";
import "@pegboard/shell/src/shell.css";
import "./gallery.css";
import { data } from "./data.svelte";
import Gallery from "./Gallery.svelte";

const target = document.getElementById("gallery");
if (target) mount(Gallery, { target });
void data.start();
