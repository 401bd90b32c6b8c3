// What is written and drawn around the nodes and lines: patches under groups, names, words along lines, crosses on negative ones.
//
// Where everything goes is worked out once and kept until something changes; while the picture is dragged it only moves along.

let written = [];  // what stands where, {x, y, w, h, text, size, colour, turn ...}: for the canvas, the SVG, and clicks on group names
let laidOut = null;  // [key, x, y]: of what view, and where its origin was
let panning = false;
let early = 0;  // frames in a row in which lines had no place yet, as just after they are changed: what was laid out then is not kept
const forgetLabels = () => { laidOut = null; };

function drawGroups(context) {
  const colours = palette();
  context.save();
  context.globalAlpha = colours.tint;
  for (const [group, ids] of drawn.groups) {
    context.fillStyle = GROUP_TINTS[group % GROUP_TINTS.length];
    context.beginPath();
    groupOutline(ids).forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.fill();
  }
  context.restore();
}

// The hull of a group's nodes with room around them: of sixteen points on a circle around each.
function groupOutline(ids) {
  const turns = Array.from({ length: 16 }, (_, i) => (i / 16) * 2 * Math.PI);
  return hull(ids.flatMap((id) => { const [x, y] = currentPlace(id); return turns.map((t) => [x + Math.cos(t) * 38, y + Math.sin(t) * 38]); }));
}

function currentPlace(id) {
  const node = network.body.nodes[id];
  return node ? [node.x, node.y] : drawn.places.get(id);
}

// Convex hull by Andrew's monotone chain.
function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list) => {
    const chain = [];
    for (const p of list) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.reverse())];
}

const labelOf = (id) => (groupOf(id) === null ? flatten(entities[id].label) : `${flatten(raw.communities[groupOf(id)][0], 40)} (${raw.communities[groupOf(id)][1]})`);

function drawLabels(context) {
  const ratio = context.canvas.width / context.canvas.clientWidth;
  const origin = network.canvasToDOM({ x: 0, y: 0 });
  const key = [network.getScale(), context.canvas.clientWidth, context.canvas.clientHeight].join();
  const still = laidOut?.key === key && Math.hypot(laidOut.x - origin.x, laidOut.y - origin.y) < 0.01;
  const kept = laidOut?.key === key && panning;
  if (!still && !kept) {
    const all = drawn.lines.every((e) => middleOf(e));
    placeLabels(context);
    early = all ? 0 : early + 1;
    laidOut = all || early > 5 ? { key, ...origin } : null;
    if (!laidOut) requestAnimationFrame(() => network.redraw());
  } else if (kept) {
    for (const box of written) { box.x += origin.x - laidOut.x; box.y += origin.y - laidOut.y; }
    for (const cross of crosses) { cross.x += origin.x - laidOut.x; cross.y += origin.y - laidOut.y; }
    laidOut = { key, ...origin };
  }
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawCrosses(context);
  for (const box of written) write(context, box);
  context.restore();
}

// Names stand at one size whatever the zoom, the most important first; one that would touch another one or a node is left out. Then the
// words along the lines, then the names of groups.
function placeLabels(context) {
  const colours = palette();
  const scale = network.getScale();
  const chosen = selectedNodes();
  const { clientWidth: width, clientHeight: height } = context.canvas;
  const spots = drawn.nodes.map((id) => ({ id, ...network.canvasToDOM(asPoint(currentPlace(id))), r: (network.body.nodes[id]?.options.size || 8) * scale }))
    .filter((p) => p.x > -60 && p.y > -30 && p.x < width + 60 && p.y < height + 30);
  written = [];
  const taken = [];
  const dots = spots.map((p) => ({ x: p.x - p.r, y: p.y - p.r, w: 2 * p.r, h: 2 * p.r, id: p.id }));
  const free = (box) => !taken.some((other) => touch(box, other)) && !dots.some((dot) => dot.id !== box.id && touch(box, dot));
  placeCrosses(dots);
  const lit = litNodes(chosen);
  const first = (p) => (p.id === hovered ? 0 : chosen.has(p.id) ? 1 : lit.has(p.id) ? 2 : 3);
  spots.sort((a, b) => first(a) - first(b) || b.r - a.r);
  for (const p of spots) {
    const faint = lit.size > 0 && !lit.has(p.id) && p.id !== hovered;
    const size = Math.round(Math.max(11.5, Math.min(17, 8.5 + p.r * 0.42)));
    const font = fontOf({ size, bold: chosen.has(p.id) || p.r > 11 });
    context.font = font;
    const text = labelOf(p.id);
    const w = widthOf(context, text) + 6;
    const h = size + 4;
    const spot = labelSpot(p, w, h, width, free, taken, dots, first(p) < 2 && chosen.size < 3);
    if (!spot) continue;
    taken.push(spot);
    written.push({ ...spot, text, size, font, colour: faint ? colours.soft : colours.ink, opacity: faint ? 0.45 : 1, tx: 3, ty: size });
  }
  placeWords(context, chosen, dots, taken);
  placeGroupNames(context, free, taken, lit.size > 0);
}

const fontOf = ({ size, bold = false, italic = false }) =>
  `${italic ? "italic " : ""}${bold ? 650 : 400} ${size}px ${italic ? 'Georgia, "Noto Serif", "DejaVu Serif", serif' : 'system-ui, "Noto Sans", "DejaVu Sans", sans-serif'}`;

const widths = new Map();  // measuring text takes the longest part of a frame
function widthOf(context, text) {
  const key = context.font + text;
  if (!widths.has(key)) widths.set(key, context.measureText(text).width);
  return widths.get(key);
}

// Where a name can stand: below, above, beside or at a corner of its node, touching nothing; the names of large nodes, which come
// first, may lie over smaller nodes rather than be left out; what the reader points at is always written.
function labelSpot({ id, x, y, r }, w, h, width, free, labels, dots, always) {
  const [left, right, above, below] = [x - r - w - 2, x + r + 2, y - r - h - 1, y + r + 1];
  const spots = [[x - w / 2, below], [x - w / 2, above], [right, y - h / 2], [left, y - h / 2], [x + 2, below - 3], [x - w - 2, below - 3], [x + 2, above + 3], [x - w - 2, above + 3]]
    .map(([bx, by]) => ({ x: bx, y: by, w, h, id })).filter((box) => always || (box.x > 1 && box.x + w < width - 1));
  const found = spots.find(free);
  if (found || (!always && r < 11)) return found;
  const hidden = (box) => dots.filter((dot) => dot.id !== id && touch(box, dot)).reduce((sum, dot) => sum + dot.w * (dot.w > 1.2 * r ? 9 : 1), 0);
  const open = spots.filter((box) => !labels.some((other) => touch(box, other))).sort((a, b) => hidden(a) - hidden(b))[0];
  return open || (always ? spots[0] : null);
}

const touch = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

// A box's text begins at (x + tx, y + ty); that of words along a line is turned around (x, y) first.
function write(context, { x, y, tx, ty, text, font, colour, opacity, turn }) {
  context.save();
  context.translate(x, y);
  if (turn) context.rotate(turn);
  context.font = font;
  context.globalAlpha = opacity;
  context.lineWidth = 3.5;
  context.lineJoin = "round";
  context.strokeStyle = palette().paper;
  context.strokeText(text, tx, ty);
  context.fillStyle = colour;
  context.fillText(text, tx, ty);
  context.restore();
}

function middleOf(edge, share = 0.5) {
  const line = network.body.edges[edge.id]?.edgeType;
  if (!line) return null;
  try {
    return network.canvasToDOM(line.getPoint(share));
  } catch {
    return null;  // an end is not placed yet
  }
}

// --- lines -----------------------------------------------------------------------------------------------------------------------

let crosses = [];  // {x, y, r}

// A cross in the middle of each negative line, or near it where a node lies there.
function placeCrosses(dots) {
  const r = drawn.lines.length > 60 && !state.show.length ? 3 : 4;
  crosses = drawn.lines.filter((e) => e.negative && !drawn.faint.has(e.id)).sort((a, b) => b.count - a.count).slice(0, 80).map((edge) => {
    const spots = [0.5, 0.38, 0.62, 0.28].map((share) => middleOf(edge, share)).filter(Boolean);
    const p = spots.find(({ x, y }) => !dots.some((dot) => touch(dot, { x: x - r, y: y - r, w: 2 * r, h: 2 * r }))) || spots[0];
    return p ? { ...p, r } : null;
  }).filter(Boolean);
}

function drawCrosses(context) {
  const colours = palette();
  for (const { x, y, r } of crosses) {
    for (const [colour, width] of [[colours.paper, r + 1], [colours.negative, r / 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(x - r, y - r); context.lineTo(x + r, y + r);
      context.moveTo(x + r, y - r); context.lineTo(x - r, y + r);
      context.stroke();
    }
  }
}

const edgeWords = (edge) => {
  const labels = [...edge.labels];
  return (edge.negative ? "not: " : "") + flatten(labels[0], 24) + (labels.length > 1 ? ` +${labels.length - 1}` : "");
};

// The relation's words along each line that is long enough, the selection's and the most told of first, where they touch nothing.
function placeWords(context, chosen, dots, taken) {
  const colours = palette();
  const font = fontOf({ size: 11 });
  context.font = font;
  const weight = (e) => (chosen.has(e.from) || chosen.has(e.to) ? 1000 : 0) + e.count;
  const lines = drawn.lines.filter((e) => !drawn.faint.has(e.id)).sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
  for (const edge of lines.slice(0, drawn.main && !chosen.size ? 36 : 120)) {
    const whole = edgeWords(edge);
    const texts = [...new Set([whole, flatten(whole, 15)])];  // shortened rather than left out
    const [found, text, w] = texts.map((one) => [wordSpot(edge, widthOf(context, one), dots, taken), one, widthOf(context, one)]).find(([spot]) => spot) || [];
    if (!found) continue;
    taken.push(...found.boxes);
    written.push({ ...found.at, w: 0, h: 0, text, size: 11, font, turn: found.turn, tx: -w / 2, ty: found.ty, colour: edge.negative ? colours.negative : colours.soft, opacity: 1 });
  }
}

// Where words of this width can stand: along the line, at its middle or nearer to an end, above or below it; across its middle where it
// is too short for that; null if nowhere.
function wordSpot(edge, w, dots, taken) {
  const [a, b] = [0, 1].map((share) => middleOf(edge, share));
  if (!a || !b) return null;
  const length = Math.hypot(a.x - b.x, a.y - b.y);
  const free = (box) => !taken.some((other) => touch(box, other)) && !dots.some((dot) => touch(box, dot));
  if (length < w + 10) return length > 44 && Math.abs(a.y - b.y) > 34 ? across(middleOf(edge), w, free) : null;
  for (const share of [0.5, 0.4, 0.6, 0.3, 0.7]) {
    const [p, q, at] = [share - 0.08, share + 0.08, share].map((part) => middleOf(edge, part));
    if (!at) return null;
    let turn = Math.atan2(q.y - p.y, q.x - p.x);
    if (Math.abs(turn) > Math.PI / 2) turn += turn > 0 ? -Math.PI : Math.PI;
    for (const side of [-1, 1]) {
      const boxes = [];
      const steps = Math.ceil(w / 9);
      for (let i = 0; i <= steps; i += 1) {
        const along = (i / steps - 0.5) * (w - 6);
        boxes.push({ x: at.x + Math.cos(turn) * along - Math.sin(turn) * 7 * side - 5, y: at.y + Math.sin(turn) * along + Math.cos(turn) * 7 * side - 5, w: 10, h: 10 });
      }
      if (boxes.every(free)) return { at, turn, boxes, ty: side < 0 ? -3 : 11 };
    }
  }
  return null;
}

function across(at, w, free) {
  const box = { x: at.x - w / 2 - 2, y: at.y - 7, w: w + 4, h: 14 };
  return free(box) ? { at, turn: 0, boxes: [box], ty: 4 } : null;
}

function placeGroupNames(context, free, taken, faint) {
  const font = fontOf({ size: 12, italic: true });
  context.font = font;
  const bounds = drawn.groups.map(([group, ids]) => {  // a name inside another group's patch would be taken for that group's
    const spots = groupOutline(ids).map((p) => network.canvasToDOM(asPoint(p)));
    const [left, right, top, bottom] = [Math.min(...spots.map((p) => p.x)), Math.max(...spots.map((p) => p.x)), Math.min(...spots.map((p) => p.y)), Math.max(...spots.map((p) => p.y))];
    return { group, x: left, y: top, w: right - left, h: bottom - top };
  });
  for (const [group, ids] of drawn.groups.filter(([, members]) => members.length > 3)) {
    const spots = ids.map((id) => network.canvasToDOM(asPoint(currentPlace(id))));
    const text = flatten(raw.communities[group][0], 44);
    const w = widthOf(context, text) + 8;
    const x = (Math.min(...spots.map((p) => p.x)) + Math.max(...spots.map((p) => p.x))) / 2 - w / 2;
    const above = { x, y: Math.min(...spots.map((p) => p.y)) - 32 * network.getScale() - 20, w, h: 17 };
    const below = { ...above, y: Math.max(...spots.map((p) => p.y)) + 32 * network.getScale() + 4 };
    const box = [above, below].find((one) => one.y > 44 && free(one) && !bounds.some((other) => other.group !== group && touch(one, other)));
    if (!box) continue;
    taken.push(box);
    written.push({ ...box, text, size: 12, font, group, tx: 4, ty: 13, colour: palette().soft, opacity: faint ? 0.5 : 1 });
  }
}
