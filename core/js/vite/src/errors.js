/** A failed build, told in the three parts of every Pegboard error. */
export class BuildError extends Error {
	/** @param {string} what @param {{got: string, expected: string, fix: string}} parts */
	constructor(what, { got, expected, fix }) {
		super(`${what}\n  got:      ${got}\n  expected: ${expected}\n  fix:      ${fix}`);
		this.name = "BuildError";
	}
}
