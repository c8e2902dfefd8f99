/** What other build scripts may import. */
export { buildComponents, readComponents } from "./component.js";
export { buildRuntime, buildShell } from "./core.js";
export { componentPreset } from "./preset.js";
