// Runs before anything else on a test page: counts what a component could leave behind, and keeps
// what went wrong. Nothing here changes what a component sees.
(() => {
	const problems = [];
	const listeners = new Map();
	const intervals = new Set();
	const timeouts = new Set();
	const frames = new Set();
	const tracks = new Set();
	const addresses = new Set();

	const isShared = (target) =>
		target === window || target === document || target === document.documentElement || target === document.body;

	const nameOf = (target) => (target === window ? "window" : target.nodeName.toLowerCase());

	const { addEventListener, removeEventListener } = EventTarget.prototype;
	const captures = (options) => (typeof options === "object" && options !== null ? options.capture === true : options === true);
	const keyOf = (target, type, options) => `${nameOf(target)} ${type}${captures(options) ? " (capture)" : ""}`;

	EventTarget.prototype.addEventListener = function (type, listener, options) {
		if (!listener || !isShared(this ?? window)) return addEventListener.call(this, type, listener, options);
		const target = this ?? window;
		const key = keyOf(target, type, options);
		const known = listeners.get(key) ?? new Set();
		listeners.set(key, known);
		const { signal, once } = typeof options === "object" && options !== null ? options : {};
		if (signal?.aborted) return;
		known.add(listener);
		if (signal) addEventListener.call(signal, "abort", () => known.delete(listener), { once: true });
		if (once) addEventListener.call(target, type, () => known.delete(listener), { once: true, capture: captures(options) });
		return addEventListener.call(this, type, listener, options);
	};
	EventTarget.prototype.removeEventListener = function (type, listener, options) {
		if (isShared(this ?? window)) listeners.get(keyOf(this ?? window, type, options))?.delete(listener);
		return removeEventListener.call(this, type, listener, options);
	};

	const { setInterval, clearInterval, setTimeout, clearTimeout, requestAnimationFrame, cancelAnimationFrame } = window;
	window.setInterval = (...given) => {
		const id = setInterval.apply(window, given);
		intervals.add(id);
		return id;
	};
	window.clearInterval = (id) => {
		intervals.delete(id);
		timeouts.delete(id);
		clearInterval.call(window, id);
	};
	window.setTimeout = (work, ...rest) => {
		const id = setTimeout.call(
			window,
			(...values) => {
				timeouts.delete(id);
				if (typeof work === "function") work(...values);
			},
			...rest,
		);
		timeouts.add(id);
		return id;
	};
	window.clearTimeout = (id) => {
		timeouts.delete(id);
		intervals.delete(id);
		clearTimeout.call(window, id);
	};
	window.requestAnimationFrame = (work) => {
		const id = requestAnimationFrame.call(window, (time) => {
			frames.delete(id);
			work(time);
		});
		frames.add(id);
		return id;
	};
	window.cancelAnimationFrame = (id) => {
		frames.delete(id);
		cancelAnimationFrame.call(window, id);
	};

	const devices = navigator.mediaDevices;
	if (devices) {
		for (const method of ["getUserMedia", "getDisplayMedia"]) {
			const open = devices[method];
			if (!open) continue;
			devices[method] = async function (...given) {
				const stream = await open.apply(this, given);
				for (const track of stream.getTracks()) tracks.add(track);
				return stream;
			};
		}
	}

	const { createObjectURL, revokeObjectURL } = URL;
	URL.createObjectURL = (object) => {
		const address = createObjectURL.call(URL, object);
		addresses.add(address);
		return address;
	};
	URL.revokeObjectURL = (address) => {
		addresses.delete(address);
		revokeObjectURL.call(URL, address);
	};

	addEventListener.call(window, "error", (event) => {
		// Chromium's notice that layout had to be read again is no error of anybody.
		if (!String(event.message).includes("ResizeObserver loop")) problems.push(`error: ${event.message}`);
	});
	addEventListener.call(window, "unhandledrejection", (event) => problems.push(`unhandled rejection: ${event.reason}`));
	addEventListener.call(document, "securitypolicyviolation", (event) => {
		problems.push(`policy: ${event.effectiveDirective} forbids ${event.blockedURI || "inline code"}${event.sample ? ` (${event.sample})` : ""}`);
	});
	const { error } = console;
	console.error = (...words) => {
		problems.push(`console: ${words.map(String).join(" ")}`);
		error.apply(console, words);
	};

	window.pegboardWatch = {
		problems,
		frame: (work) => requestAnimationFrame.call(window, work),
		/** What lives outside of any component, by name: equal before and after, or something was left. */
		left() {
			const counts = {};
			for (const [key, known] of listeners) if (known.size > 0) counts[`listener on ${key}`] = known.size;
			const live = [...tracks].filter((track) => track.readyState === "live");
			const others = {
				intervals: intervals.size,
				"object addresses": addresses.size,
				"camera or microphone tracks": live.length,
				"children of head": document.head.children.length,
				"children of body": document.body.children.length,
				"style sheets": document.adoptedStyleSheets.length,
				"attributes of html and body": document.documentElement.attributes.length + document.body.attributes.length,
			};
			for (const [name, count] of Object.entries(others)) if (count > 0) counts[name] = count;
			return counts;
		},
		pending: () => ({ timeouts: timeouts.size, frames: frames.size }),
	};
})();
