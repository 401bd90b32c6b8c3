// The picture: vis-network draws nodes, edges and arrows; groups, labels and the crosses of negative edges are drawn here around it.

const SHAPES = ["dot", "square", "triangle", "diamond", "hexagon", "dot"];
const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8f969e"];  // Okabe and Ito's, safe for the colour-blind
const GROUP_TINTS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8f969e"];
const THEMES = {
  light: { ink: "#1f2328", soft: "#5b636d", paper: "#fbfaf7", edge: "#848b94", faint: "#e3e1db", negative: "#b3261e", tint: 0.07 },
  dark: { ink: "#e8e6e1", soft: "#a5adb8", paper: "#14171b", edge: "#87919d", faint: "#2b3038", negative: "#ff9a8f", tint: 0.13 },
};
const DASHES = [false, [8, 6], [2, 5], [2, 5], [2, 5]];  // by status: asserted, claimed, planned, conditional, asked

let network;
let drawn = { unit: 1, nodes: [], edges: [], places: new Map(), groups: [] };
let nodeSet;
let edgeSet;
let hovered = null;
let labelBoxes = [];  // what was written where in the last frame: for the SVG and for clicks on group names
const palette = () => THEMES[document.documentElement.dataset.theme];

function makeNetwork() {
  nodeSet = new vis.DataSet();
  edgeSet = new vis.DataSet();
  network = new vis.Network(byId("canvas"), { nodes: nodeSet, edges: edgeSet }, { ...raw.network.options, autoResize: true });
  network.on("beforeDrawing", drawGroups);
  network.on("afterDrawing", drawLabels);
  // Two clicks by the times of the mouse, or by the browser's count where the system is told to wait longer for the second: vis-network's
  // own double click is lost when drawing the first takes long. The first one counts: the picture may have moved by the second.
  let last = null;
  let before = null;
  network.on("click", ({ nodes, edges, pointer, event }) => {
    const at = event?.srcEvent?.timeStamp ?? 0;
    const near = last && Math.hypot(pointer.DOM.x - last.x, pointer.DOM.y - last.y) < 12;
    before = near ? last : null;
    if (near && at - last.at < 450) {
      const { node } = last;
      last = before = null;
      return bringNeighbours(node);
    }
    last = nodes.length ? { at, ...pointer.DOM, node: nodes[0] } : null;
    if (nodes.length) return choose(nodes[0]);
    const group = labelBoxes.find((box) => box.group !== undefined && inside(box, pointer.DOM));
    if (group) return go({ show: ["community", group.group] });
    if (edges.length) return choosePair(edgeSet.get(edges[0]));
    return go({ show: [] });
  });
  byId("canvas").addEventListener("dblclick", () => { if (before) bringNeighbours(before.node); last = before = null; });
  network.on("hoverNode", ({ node }) => { hovered = node; showTip(node); });
  network.on("blurNode", () => { hovered = null; byId("tip").hidden = true; });
  network.on("hoverEdge", ({ edge }) => showEdgeTip(edgeSet.get(edge)));
  network.on("blurEdge", () => { byId("tip").hidden = true; });
}

const inside = (box, { x, y }) => x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h;
const groupOf = (id) => (typeof id === "string" ? Number(id.slice(1)) : null);  // a collapsed group is the node "c<number>"

function bringNeighbours(id) {
  if (groupOf(id) !== null) go({ collapsed: state.collapsed.filter((c) => c !== groupOf(id)) });
  else go({ more: state.more.includes(id) ? state.more.filter((m) => m !== id) : [...state.more, id] });
}

function choose(id) {
  go({ show: groupOf(id) === null ? ["entity", id] : ["community", groupOf(id)] });
}

function choosePair({ from, to }) {
  if (groupOf(from) !== null || groupOf(to) !== null) choose(groupOf(from) !== null ? from : to);
  else go({ show: ["pair", from, to] });
}

// One edge for all statements of one status and polarity from one entity to another.
function edgesAmong(nodes, keep = passes) {
  const within = new Set(nodes);
  const edges = new Map();
  for (const from of nodes) {
    for (const [to, list] of entities[from].near) {
      if (!within.has(to)) continue;
      for (const s of list) {
        if (s.subject !== from || !keep(s)) continue;
        const id = `${from}-${to}-${s.status}-${s.negative}`;
        if (!edges.has(id)) edges.set(id, { id, from, to, status: s.status, negative: s.negative, count: 0, labels: new Set() });
        edges.get(id).count += 1;
        edges.get(id).labels.add(relationLabel(s));
      }
    }
  }
  return [...edges.values()];
}

function drawView(view) {
  const nodes = viewNodes(view);
  const edges = edgesAmong(nodes);
  const places = placeNodes(view, nodes, edges);
  const collapsed = new Set(view.collapsed);
  const standIn = (id) => (collapsed.has(entities[id].community) ? `c${entities[id].community}` : id);
  const groups = new Map();
  for (const id of nodes) {
    const group = entities[id].community;
    if (group >= 0) groups.set(group, [...(groups.get(group) || []), id]);
  }
  for (const group of collapsed) {
    const members = groups.get(group);
    if (!members) continue;
    const middle = [0, 1].map((k) => members.reduce((sum, id) => sum + places.get(id)[k], 0) / members.length);
    places.set(`c${group}`, middle.map(Math.round));
  }
  const merged = new Map();
  for (const edge of edges) {
    const [from, to] = [standIn(edge.from), standIn(edge.to)];
    if (from === to) continue;
    const id = `${from}-${to}-${edge.status}-${edge.negative}`;
    const known = merged.get(id);
    if (known) { known.count += edge.count; edge.labels.forEach((label) => known.labels.add(label)); }
    else merged.set(id, { ...edge, id, from, to });
  }
  const scale = frameOf([...new Set(nodes.map(standIn))], places).scale;
  const lines = merged.size > 150 && view.view === "overview" ? mergeLines([...merged.values()]) : [...merged.values()];
  const settled = (ids) => (view.more.length ? ids.filter((id) => atHome().get(id)?.join() === places.get(id).join()) : ids);  // newcomers stand beside who brought them
  drawn = { unit: 1 / scale, nodes: [...new Set(nodes.map(standIn))], edges: lines, places, members: nodes, statements: edges.reduce((sum, e) => sum + e.count, 0),
    groups: view.view === "overview" ? [...groups].map(([g, ids]) => [g, settled(ids)]).filter(([g, ids]) => ids.length > 2 && !collapsed.has(g)) : [] };
  drawn.bends = new Map(lines.length > 110 ? [] : lines.map((edge) => [edge.id, bendOf(edge, drawn.nodes, places)]));
  style();
}

// How far a line must bend, and to which side, so that it does not run through other nodes as if it linked them: the least bend that
// passes all, or the one that passes most; 0 is straight. The curve is vis-network's own ("curvedCW" and "curvedCCW").
function bendOf(edge, nodes, places) {
  const [a, b] = [places.get(edge.from), places.get(edge.to)];
  const clear = 13 * drawn.unit;
  const [length, angle] = [Math.hypot(b[0] - a[0], b[1] - a[1]), Math.atan2(a[1] - b[1], b[0] - a[0])];
  const [left, right, top, bottom] = [Math.min(a[0], b[0]), Math.max(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  const near = nodes.filter((id) => id !== edge.from && id !== edge.to).map((id) => places.get(id))
    .filter(([x, y]) => x > left - length / 4 && x < right + length / 4 && y > top - length / 4 && y < bottom + length / 4);
  const met = (bend) => {
    const share = Math.abs(bend) / 2 + 0.5;
    const turn = angle + (bend / 2 + 0.5) * Math.PI;
    const via = bend ? [a[0] + share * length * Math.sin(turn), a[1] + share * length * Math.cos(turn)] : [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const steps = Math.max(4, Math.min(40, Math.ceil(length / clear)));
    const hit = new Set();
    for (let i = 1; i < steps; i += 1) {
      const t = i / steps;
      const [x, y] = [0, 1].map((k) => (1 - t) * (1 - t) * a[k] + 2 * t * (1 - t) * via[k] + t * t * b[k]);
      near.forEach((spot, n) => { if (Math.hypot(spot[0] - x, spot[1] - y) < clear) hit.add(n); });
    }
    return hit.size;
  };
  let best = [near.length + 1, 0];
  for (const bend of [0, 0.1, -0.1, 0.18, -0.18, 0.28, -0.28]) {
    const hits = met(bend);
    if (hits < best[0]) best = [hits, bend];
    if (!hits) break;
  }
  return best[1];
}

// In a crowded overview one line stands for all that is said of a pair, one more for what is denied; the panel tells them apart.
function mergeLines(edges) {
  const lines = new Map();
  for (const edge of edges) {
    const id = `${[edge.from, edge.to].map(String).sort().join("-")}-${edge.negative}`;
    const line = lines.get(id);
    if (!line) lines.set(id, { ...edge, labels: new Set(edge.labels) });
    else {
      line.count += edge.count;
      line.status = Math.min(line.status, edge.status);
      edge.labels.forEach((label) => line.labels.add(label));
    }
  }
  return [...lines.values()];
}

function bent(edge) {
  const bend = drawn.bends.get(edge.id) || 0;
  return bend ? { enabled: true, type: bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.abs(bend) } : false;
}

const supportOf = (id) => (groupOf(id) === null ? entities[id].statements.length : raw.communities[groupOf(id)][1] * 3);

// Writes nodes and edges, in the theme's colours, with what is not next to the selection held back.
function style() {
  const colours = palette();
  const most = Math.max(1, ...drawn.nodes.map(supportOf));
  const chosen = selectedNodes();
  const lit = new Set(chosen);
  if (chosen.size === 1) for (const e of drawn.edges) { if (chosen.has(e.from)) lit.add(e.to); if (chosen.has(e.to)) lit.add(e.from); }
  const dim = (id) => lit.size > 0 && !lit.has(id);
  const twins = new Map();
  for (const e of drawn.edges) {
    const pair = [e.from, e.to].map(String).sort().join("|");
    twins.set(pair, [...(twins.get(pair) || []), e]);
  }
  const nodes = drawn.nodes.map((id) => {
    const group = groupOf(id);
    const family = group === null ? entities[id].family : SHAPES.length - 1;
    const colour = group === null ? COLOURS[family] : GROUP_TINTS[group % GROUP_TINTS.length];
    const [x, y] = drawn.places.get(id);
    const border = chosen.has(id) ? colours.ink : colours.paper;
    return { id, x, y, shape: SHAPES[family], size: ((group === null ? 4 : 10) + 11 * Math.sqrt(supportOf(id) / most)) * drawn.unit, opacity: dim(id) ? 0.22 : 1,
      borderWidth: (chosen.has(id) ? 2.5 : 1.2) * drawn.unit, color: { background: colour, border, highlight: { background: colour, border: colours.ink }, hover: { background: colour, border: colours.ink } } };
  });
  const edges = drawn.edges.map((e) => {
    const pair = twins.get([e.from, e.to].map(String).sort().join("|"));
    const faint = lit.size > 0 && !(chosen.size === 1 ? chosen.has(e.from) || chosen.has(e.to) : chosen.has(e.from) && chosen.has(e.to));
    const far = drawn.groups.length > 1 && !lit.size && entities[e.from]?.community !== entities[e.to]?.community;
    const colour = faint ? colours.faint : e.negative ? colours.negative : colours.edge;
    return { id: e.id, from: e.from, to: e.to, width: (1 + Math.min(3, Math.log2(e.count) * 0.7)) * drawn.unit, dashes: DASHES[e.status] && DASHES[e.status].map((d) => d * drawn.unit), hoverWidth: drawn.unit, faint,
      color: { color: colour, highlight: colour, hover: faint ? colours.edge : colour, opacity: faint ? 1 : far ? Math.max(0.12, Math.min(0.45, 90 / drawn.edges.length)) : 0.8 },
      arrows: { to: { enabled: true, type: e.negative ? "bar" : "arrow", scaleFactor: 0.5 } },
      smooth: pair.length > 1 ? { enabled: true, type: "curvedCW", roundness: 0.12 + 0.11 * Math.floor(pair.filter((p) => p.from === e.from).indexOf(e)) } : bent(e) };
  });
  drawn.faint = new Set(edges.filter((e) => e.faint).map((e) => e.id));
  edgeSet.clear();
  nodeSet.clear();
  nodeSet.add(nodes);
  edgeSet.add(edges);
}

function selectedNodes() {
  const [kind, ...ids] = state.show[0] === "time" && state.show.length > 3 ? ["entity", state.show[3]] : state.show;
  if (kind === "entity" || kind === "pair") return new Set(ids.map((id) => (state.collapsed.includes(entities[id].community) ? `c${entities[id].community}` : id)).filter((id) => drawn.nodes.includes(id)));
  if (kind === "community") return new Set(drawn.nodes.filter((id) => groupOf(id) === ids[0] || (groupOf(id) === null && entities[id].community === ids[0])));
  return new Set();
}

function fitView() {
  const { x, y, scale } = frameOf(drawn.nodes, drawn.places);
  network.moveTo({ position: { x, y }, scale });
}

// The middle and the largest scale at which all nodes and the names below them can be seen, with room for the line above the picture.
function frameOf(ids, places) {
  if (!ids.length) return { x: 0, y: 0, scale: 1 };
  const { clientWidth: width, clientHeight: height } = byId("canvas");
  const above = width < 480 ? 105 : 52;
  const boxes = ids.map((id) => [...places.get(id), Math.min(labelWidth(id) / 2, width / 5)]);
  let frame;
  for (let scale = 1.5; scale > 0.05; scale *= 0.97) {
    const [left, right] = [Math.min(...boxes.map(([x, , w]) => x * scale - w)), Math.max(...boxes.map(([x, , w]) => x * scale + w))];
    const [top, bottom] = [Math.min(...boxes.map(([, y]) => y * scale - 18)), Math.max(...boxes.map(([, y]) => y * scale + 34))];
    frame = { x: (left + right) / 2 / scale, y: (top + bottom - above) / 2 / scale, scale };
    if (right - left < width - 36 && bottom - top < height - above - 6) break;
  }
  return frame;
}

// Moves the picture so that the selection can be seen, if it can't.
function revealSelection() {
  const chosen = [...selectedNodes()];
  if (!chosen.length) return;
  const stage = byId("canvas").getBoundingClientRect();
  const { x, y } = network.canvasToDOM(asPoint(drawn.places.get(chosen[0])));
  if (x < 40 || y < 50 || x > stage.width - 40 || y > stage.height - 40) network.moveTo({ position: asPoint(drawn.places.get(chosen[0])) });
}

const asPoint = ([x, y]) => ({ x, y });

// --- groups and labels ---------------------------------------------------------------------------------------------------------

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

// Writes names at one size whatever the zoom, the most important first; one that would touch another one or a node is left out.
function drawLabels(context) {
  const colours = palette();
  const ratio = context.canvas.width / context.canvas.clientWidth;
  const scale = network.getScale();
  const chosen = selectedNodes();
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const { clientWidth: width, clientHeight: height } = context.canvas;
  const spots = drawn.nodes.map((id) => ({ id, ...network.canvasToDOM(asPoint(currentPlace(id))), r: (network.body.nodes[id]?.options.size || 8) * scale }))
    .filter((p) => p.x > -60 && p.y > -30 && p.x < width + 60 && p.y < height + 30);
  labelBoxes = [];
  const dots = spots.map((p) => ({ x: p.x - p.r, y: p.y - p.r, w: 2 * p.r, h: 2 * p.r, id: p.id }));
  const free = (box) => !labelBoxes.some((other) => touch(box, other)) && !dots.some((dot) => dot.id !== box.id && touch(box, dot));
  drawCrosses(context, colours, dots);
  const lit = new Set(chosen);
  for (const e of drawn.edges) { if (chosen.size === 1 && chosen.has(e.from)) lit.add(e.to); if (chosen.size === 1 && chosen.has(e.to)) lit.add(e.from); }
  const first = (p) => (p.id === hovered ? 0 : chosen.has(p.id) ? 1 : lit.has(p.id) ? 2 : 3);
  spots.sort((a, b) => first(a) - first(b) || b.r - a.r);
  for (const p of spots) {
    const faint = lit.size > 0 && !lit.has(p.id) && p.id !== hovered;
    const size = Math.round(12 + Math.min(4, p.r / 6));
    context.font = `${chosen.has(p.id) || p.r > 15 ? 600 : 400} ${size}px system-ui, "Noto Sans", "DejaVu Sans", sans-serif`;
    const text = labelOf(p.id);
    const w = widthOf(context, text) + 6;
    const h = size + 4;
    const spot = labelSpot(p, w, h, width, free, labelBoxes, dots, first(p) < 2);
    if (!spot) continue;
    labelBoxes.push({ ...spot, text, size, bold: context.font.startsWith("600"), faint });
    write(context, text, spot.x + 3, spot.y + size, faint ? colours.soft : colours.ink, colours.paper, faint ? 0.45 : 1);
  }
  drawEdgeWords(context, chosen, colours, free);
  drawGroupNames(context, colours, free, lit.size > 0);
  context.restore();
}

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

function write(context, text, x, y, colour, halo, opacity = 1) {
  context.globalAlpha = opacity;
  context.lineWidth = 3.5;
  context.lineJoin = "round";
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
  context.globalAlpha = 1;
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

// A cross in the middle of each negative edge (in a crowd of the strongest only).
function drawCrosses(context, colours, dots) {
  const r = drawn.edges.length > 60 && !state.show.length ? 2.6 : 4;
  const negative = drawn.edges.filter((e) => e.negative && !drawn.faint.has(e.id)).sort((a, b) => b.count - a.count);
  for (const edge of negative.slice(0, 80)) {
    const spots = [0.5, 0.38, 0.62, 0.28].map((share) => middleOf(edge, share)).filter(Boolean);
    const p = spots.find(({ x, y }) => !dots.some((dot) => touch(dot, { x: x - r, y: y - r, w: 2 * r, h: 2 * r }))) || spots[0];
    if (!p) continue;
    for (const [colour, width] of [[colours.paper, r + 1], [colours.negative, r / 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(p.x - r, p.y - r); context.lineTo(p.x + r, p.y + r);
      context.moveTo(p.x + r, p.y - r); context.lineTo(p.x - r, p.y + r);
      context.stroke();
    }
  }
}

const edgeWords = (edge) => {
  const labels = [...edge.labels];
  return (edge.negative ? "not: " : "") + flatten(labels[0], 24) + (labels.length > 1 ? ` +${labels.length - 1}` : "");
};

// The relation's words on the edges of the selection, or on all edges when there are few.
function drawEdgeWords(context, chosen, colours, free) {
  const few = drawn.edges.length <= 14;
  if (!few && (!chosen.size || chosen.size > 2)) return;
  context.font = '12px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  for (const edge of drawn.edges) {
    if (!few && !(chosen.size === 1 ? chosen.has(edge.from) || chosen.has(edge.to) : chosen.has(edge.from) && chosen.has(edge.to))) continue;
    const p = middleOf(edge);
    if (!p) continue;
    const text = edgeWords(edge);
    const w = context.measureText(text).width + 6;
    const box = { x: p.x - w / 2, y: p.y - (edge.negative ? 23 : 8), w, h: 16 };
    if (!free(box)) continue;
    labelBoxes.push({ ...box, text, size: 12, soft: true });
    write(context, text, box.x + 3, box.y + 12, edge.negative ? colours.negative : colours.soft, colours.paper);
  }
}

function drawGroupNames(context, colours, free, faint) {
  context.font = 'italic 12px Georgia, "Noto Serif", "DejaVu Serif", serif';
  for (const [group, ids] of drawn.groups) {
    const spots = ids.map((id) => network.canvasToDOM(asPoint(currentPlace(id))));
    const text = flatten(raw.communities[group][0], 44);
    const w = context.measureText(text).width + 8;
    const x = (Math.min(...spots.map((p) => p.x)) + Math.max(...spots.map((p) => p.x))) / 2 - w / 2;
    const above = { x, y: Math.min(...spots.map((p) => p.y)) - 32 * network.getScale() - 20, w, h: 17 };
    const below = { ...above, y: Math.max(...spots.map((p) => p.y)) + 32 * network.getScale() + 4 };
    const box = [above, below].find(free);
    if (!box) continue;
    labelBoxes.push({ ...box, text, size: 12, group, soft: true });
    write(context, text, box.x + 4, box.y + 13, colours.soft, colours.paper, faint ? 0.5 : 1);
  }
}

// --- tips and legend -----------------------------------------------------------------------------------------------------------

function showTip(id) {
  const text = groupOf(id) === null ? `${entities[id].label}: ${typeLabel(entities[id])}, ${plural(entities[id].statements.length, "statement")}` : labelOf(id);
  placeTip(text, network.canvasToDOM(asPoint(currentPlace(id))));
}

function showEdgeTip(edge) {
  const full = drawn.edges.find((e) => e.id === edge.id);
  const point = full && middleOf(full);
  if (point) placeTip(`${labelOf(full.from)} ${edgeWords(full)} ${labelOf(full.to)} (${raw.statuses[full.status].toLowerCase()})`, point);
}

function placeTip(text, { x, y }) {
  const tip = byId("tip");
  tip.textContent = text;
  tip.hidden = false;
  tip.style.left = `${Math.max(6, Math.min(x + 14, byId("stage").clientWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(6, y - tip.offsetHeight - 14)}px`;
}

function symbol(family, size = 13) {
  const c = size / 2;
  const shapes = {
    dot: () => svg("circle", { cx: c, cy: c, r: c - 1 }),
    square: () => svg("rect", { x: 1.5, y: 1.5, width: size - 3, height: size - 3 }),
    triangle: () => svg("path", { d: `M${c} 1L${size - 0.5} ${size - 1.5}L0.5 ${size - 1.5}Z` }),
    diamond: () => svg("path", { d: `M${c} 0L${size} ${c}L${c} ${size}L0 ${c}Z` }),
    hexagon: () => svg("path", { d: `M${size * 0.25} 1L${size * 0.75} 1L${size} ${c}L${size * 0.75} ${size - 1}L${size * 0.25} ${size - 1}L0 ${c}Z` }),
  };
  const shape = shapes[SHAPES[family]]();
  shape.setAttribute("fill", COLOURS[family]);
  return svg("svg", { width: size, height: size, viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true", class: "badge" }, shape);
}

function drawLegend() {
  const colours = palette();
  const families = [...new Set(drawn.members.map((id) => entities[id].family))].sort((a, b) => a - b);
  const line = (dash, negative) => {
    const colour = negative ? colours.negative : colours.edge;
    const picture = svg("svg", { width: 30, height: 12, "aria-hidden": "true" }, svg("line", { x1: 0, y1: 6, x2: 30, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }));
    if (negative) picture.append(svg("path", { d: "M11 2L19 10M19 2L11 10", stroke: colour, "stroke-width": 2 }));
    return picture;
  };
  const kinds = [["asserted", "none", 0, (e) => e.status === 0 && !e.negative], ["claimed by someone", "7 4", 0, (e) => e.status === 1], ["planned, conditional, asked", "2 4", 0, (e) => e.status > 1], ["negative: “did not”", "none", 1, (e) => e.negative]];
  byId("legend").replaceChildren(
    ...families.map((f) => el("span", { class: "row" }, symbol(f), raw.families[f])),
    ...kinds.filter(([, , , is]) => drawn.edges.some(is)).map(([label, dash, negative]) => el("span", { class: "row" }, line(dash, negative), label)));
}
