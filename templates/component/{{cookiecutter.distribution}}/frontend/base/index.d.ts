declare const module: import("@pegboard/types").ComponentModule;
export default module;
