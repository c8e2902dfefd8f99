declare module "./base/index.js" {
	const module: import("@pegboard/types").ComponentModule;
	export default module;
}
