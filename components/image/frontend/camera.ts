/** The camera: opening it, taking a frame, and saying in words why it is not to be had. */

export async function openCamera(constraints: MediaStreamConstraints | null): Promise<MediaStream> {
	if (!navigator.mediaDevices?.getUserMedia) {
		throw new Error("This page has no access to a camera: browsers allow it over https or on localhost only.");
	}
	try {
		return await navigator.mediaDevices.getUserMedia({ video: true, ...constraints, audio: false });
	} catch (error) {
		const name = error instanceof DOMException ? error.name : "";
		if (name === "NotAllowedError") throw new Error("The browser was not allowed to use the camera. Allow it in the page's settings.");
		if (name === "NotFoundError" || name === "OverconstrainedError") throw new Error("No camera was found.");
		if (name === "NotReadableError") throw new Error("The camera is in use by another program.");
		throw new Error("The camera could not be opened.");
	}
}

export function closeCamera(stream: MediaStream | null): void {
	for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Take the frame that a video shows now. */
export function takeFrame(video: HTMLVideoElement, mirror: boolean, type = "image/png"): Promise<Blob> {
	const canvas = document.createElement("canvas");
	canvas.width = video.videoWidth;
	canvas.height = video.videoHeight;
	const context = canvas.getContext("2d");
	if (!context || !canvas.width) return Promise.reject(new Error("The camera shows nothing yet."));
	if (mirror) {
		context.translate(canvas.width, 0);
		context.scale(-1, 1);
	}
	context.drawImage(video, 0, 0);
	return new Promise((resolve, reject) =>
		canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The frame could not be stored."))), type, 0.9),
	);
}
