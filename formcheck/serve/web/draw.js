// Draws over the picture: the skeleton, the outline of the back, and the outline to step into.

// Returns where the video's picture is in its box, as `object-fit: contain` puts it.
export function placed(video, box) {
  const share = Math.min(box.width / video.videoWidth, box.height / video.videoHeight);
  const width = video.videoWidth * share;
  const height = video.videoHeight * share;
  return { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height };
}

export function clear(canvas, box) {
  const fine = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(box.width * fine), Math.round(box.height * fine)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(fine, 0, 0, fine, 0, 0);
  pen.clearRect(0, 0, box.width, box.height);
  pen.lineCap = pen.lineJoin = "round";
  return pen;
}

// Draws lines given in pixels of the judged picture, into which a turned one was fitted.
export function drawLines(pen, state, video, at) {
  const [wide, high] = state.size;
  const fit = Math.min(wide / video.videoWidth, high / video.videoHeight);
  const left = (wide - video.videoWidth * fit) / 2;
  const top = (high - video.videoHeight * fit) / 2;
  const share = at.width / (video.videoWidth * fit);
  const unit = at.width / 640 + 0.35;
  for (const extra of [2.2, 0]) {
    for (const line of state.lines) {
      pen.beginPath();
      for (let i = 0; i < line.xy.length; i += 2) {
        pen.lineTo(at.x + (line.xy[i] - left) * share, at.y + (line.xy[i + 1] - top) * share);
      }
      pen.lineWidth = (line.width + extra) * unit;
      pen.strokeStyle = extra ? "#12161c" : line.colour;
      pen.stroke();
    }
  }
}

// Draws limbs as one dashed outline: wide strokes, hollowed out by narrower ones.
export function drawOutline(limbs, at) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(at.width));
  canvas.height = Math.max(1, Math.round(at.height));
  const pen = canvas.getContext("2d");
  const wide = Math.min(0.84 * at.width, (0.72 * at.height) / 0.6);
  const left = (at.width - wide) / 2;
  const top = 0.88 * at.height - 0.6 * wide;
  pen.lineCap = pen.lineJoin = "round";
  const stroke = (colour, less, how) => {
    pen.globalCompositeOperation = how;
    pen.strokeStyle = colour;
    for (const [x1, y1, x2, y2, width] of limbs) {
      pen.lineWidth = Math.max(width * wide - less, 1);
      pen.beginPath();
      pen.moveTo(left + x1 * wide, top + y1 * wide);
      pen.lineTo(left + x2 * wide + 0.01, top + y2 * wide);
      pen.stroke();
    }
  };
  stroke("rgba(18, 22, 28, .75)", -4, "source-over");
  stroke("#ffffff", 0, "source-over");
  stroke("#000", 8, "destination-out");
  stroke("rgba(255, 255, 255, .16)", 8, "source-over");
  return canvas;
}

const ARROWS = {
  closer: "M24 4v14m-6-6 6 6 6-6M24 44V30m-6 6 6-6 6 6M4 24h14m-6-6 6 6-6 6M44 24H30m6-6-6 6 6 6",
  away: "M24 18V4m-6 6 6-6 6 6M24 30v14m-6-6 6 6 6-6M18 24H4m6-6-6 6 6 6M30 24h14m-6-6 6 6-6 6",
  lower: "M24 6v36M10 28l14 14 14-14",
  level: "M6 34h36M14 22a12 12 0 0 1 20 0m0-8v8h-8",
  turn: "M8 28c0-12 32-12 32 0 0 8-14 10-20 8m6-8-7 7 8 6",
  left: "M42 24H6M20 10 6 24l14 14",
  right: "M6 24h36M28 10l14 14-14 14",
  up: "M24 42V6M10 20 24 6l14 14",
  down: "M24 6v36M10 28l14 14 14-14",
};

// Returns the arrow for what is to be changed, and which word stands beside it.
export function arrowFor(key, mirrored) {
  const names = { "too-far": "closer", "both-ends": "away", "too-high": "lower", tilted: "level" };
  const turns = { turn: "turn", "other-side": "turn" };
  let name = names[key] ?? turns[key] ?? "";
  const word = name;
  if (key.startsWith("cut-off-")) name = key.split("-").pop();
  // In a mirror's picture left and right are exchanged: the sentence says it, an arrow would contradict it.
  if (mirrored && (name === "left" || name === "right")) name = "";
  return name ? { path: ARROWS[name], word } : null;
}

// Makes text as large as its box allows; returns the size in pixels.
export function fitText(element, most, least, height) {
  let low = least;
  let high = most;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    element.style.setProperty("font-size", `${middle}px`);
    if (element.scrollWidth <= element.clientWidth + 1 && element.scrollHeight <= height) low = middle;
    else high = middle;
  }
  element.style.setProperty("font-size", `${low}px`);
  return low;
}
