/** The facets of a component, and whether it has the chosen ones. */
import type { Card } from "./types";
import { capital, STATUS } from "./words";

export type Filter = Record<string, string[]>;

export interface Facet {
	key: string;
	label: string;
	of: (card: Card) => string[];
	name?: (value: string) => string;
	order?: string[];
}

const SIZES = ["under 5 kB", "5 to 15 kB", "15 to 30 kB", "over 30 kB"];

function sizeOf(card: Card): string[] {
	if (card.gzip === null) return [];
	const index = [5000, 15_000, 30_000].findIndex((limit) => (card.gzip ?? 0) < limit);
	return [SIZES[index < 0 ? 3 : index] ?? ""];
}

export const FACETS: Facet[] = [
	{ key: "status", label: "Status", of: (card) => [card.status], name: (value) => STATUS[value as Card["status"]], order: ["installed", "update", "available", "broken"] },
	{ key: "role", label: "Used as", of: (card) => card.roles, name: capital, order: ["input", "output"] },
	{ key: "kind", label: "Kind", of: (card) => [card.category], name: capital },
	{ key: "size", label: "Size", of: sizeOf, order: SIZES },
	{ key: "framework", label: "Written with", of: (card) => [card.framework] },
	{ key: "node", label: "Needs Node", of: (card) => [card.needs_node ? "yes" : "no"], name: capital },
	{ key: "licence", label: "Licence", of: (card) => (card.license ? [card.license] : []) },
	{ key: "author", label: "Author", of: (card) => (card.author ? [card.author] : []) },
];

export function matches(card: Card, filter: Filter, except?: string): boolean {
	return Object.keys(filter).length === 0 || hasAll(card, filter, except);
}

function hasAll(card: Card, filter: Filter, except?: string): boolean {
	return FACETS.every(({ key, of }) => {
		const chosen = filter[key];
		return !chosen || key === except || of(card).some((value) => chosen.includes(value));
	});
}
