import type { ComponentModule, RenderProps } from "@pegboard/types";
import { circleMarker, layerGroup, map as createMap, type LeafletMouseEvent } from "leaflet";
import "leaflet/dist/leaflet.css";
import "./style.css";

interface Place {
	latitude: number;
	longitude: number;
	name: string;
}

export default {
	render({ model, el, pegboard }: RenderProps<{ value: Place[] | null; height: number; label: string | null }>) {
		const box = document.createElement("div");
		box.className = "box";
		box.setAttribute("role", "region");
		box.setAttribute("aria-label", model.get("label") || "Map");
		el.append(box);
		const map = createMap(box, { attributionControl: false }).setView([20, 0], 1);
		const places = layerGroup().addTo(map);

		function draw(): void {
			places.clearLayers();
			(model.get("value") ?? []).forEach((place, index) => {
				circleMarker([place.latitude, place.longitude], { radius: 8 })
					.bindTooltip(place.name, { permanent: true })
					.on("click", (_: LeafletMouseEvent) => pegboard?.emit("select", { index, value: place.name }))
					.addTo(places);
			});
		}

		function resize(): void {
			box.style.blockSize = `${model.get("height")}px`;
			map.invalidateSize();
		}

		model.on("change:value", draw);
		model.on("change:height", resize);
		resize();
		draw();
		return () => {
			map.remove();
		};
	},
} satisfies ComponentModule<{ value: Place[] | null; height: number; label: string | null }>;
