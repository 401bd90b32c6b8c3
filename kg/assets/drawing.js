// The picture: vis-network draws nodes, edges and arrows; labels.js draws groups, names and words around them.

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
const palette = () => THEMES[document.documentElement.dataset.theme];

function makeNetwork() {
  nodeSet = new vis.DataSet();
  edgeSet = new vis.DataSet();
  network = new vis.Network(byId("canvas"), { nodes: nodeSet, edges: edgeSet }, { ...raw.network.options, autoResize: true });
  network.on("beforeDrawing", drawGroups);
  network.on("afterDrawing", drawLabels);
  network.on("dragStart", ({ nodes }) => { panning = !nodes.length; });
  network.on("dragEnd", () => { panning = false; network.redraw(); });
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
    const group = written.find((box) => box.group !== undefined && inside(box, pointer.DOM));
    if (group) return go({ show: ["community", group.group] });
    if (edges.length) return choosePair(edgeSet.get(edges[0]));
    return go({ show: [] });
  });
  byId("canvas").addEventListener("dblclick", () => { if (before) bringNeighbours(before.node); last = before = null; });
  network.on("hoverNode", ({ node }) => { hovered = node; forgetLabels(); showTip(node); });
  network.on("blurNode", () => { hovered = null; forgetLabels(); byId("tip").hidden = true; });
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
  const crowded = merged.size > 150 && view.view === "overview";
  const lines = crowded ? mergeLines([...merged.values()]) : [...merged.values()];
  const settled = (ids) => (view.more.length ? ids.filter((id) => atHome().get(id)?.join() === places.get(id).join()) : ids);  // newcomers stand beside who brought them
  drawn = { unit: 1 / scale, nodes: [...new Set(nodes.map(standIn))], edges: lines, places, members: nodes, statements: edges.reduce((sum, e) => sum + e.count, 0),
    groups: view.view === "overview" ? [...groups].map(([g, ids]) => [g, settled(ids)]).filter(([g, ids]) => ids.length > 2 && !collapsed.has(g)) : [] };
  drawn.main = crowded ? mainLines(lines) : null;
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

// Of a crowd of lines, those drawn while nothing is chosen: each node's two strongest, and the strongest of all.
const MOST_LINES = 72;
function mainLines(lines) {
  const order = [...lines].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
  const seen = new Map();
  const main = new Set();
  for (const line of order) {
    const ends = [line.from, line.to].map((id) => seen.get(id) || 0);
    if (Math.min(...ends) < 2) { main.add(line.id); [line.from, line.to].forEach((id, i) => seen.set(id, ends[i] + 1)); }
  }
  for (const line of order) if (main.size < MOST_LINES) main.add(line.id);
  return main;
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
  const lit = litNodes(chosen);
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
  const edgeCount = drawn.edges.length;
  drawn.lines = drawn.edges.filter((e) => !drawn.main || drawn.main.has(e.id) || chosen.has(e.from) || chosen.has(e.to));
  const edges = drawn.lines.map((e) => {
    const pair = twins.get([e.from, e.to].map(String).sort().join("|"));
    const faint = lit.size > 0 && !(chosen.size === 1 ? chosen.has(e.from) || chosen.has(e.to) : [e.from, e.to].every((id) => (chosen.size ? chosen : lit).has(id)));
    const far = drawn.groups.length > 1 && !lit.size && entities[e.from]?.community !== entities[e.to]?.community;
    const colour = faint ? colours.faint : e.negative ? colours.negative : colours.edge;
    return { id: e.id, from: e.from, to: e.to, width: (1 + Math.min(drawn.main ? 2 : 3, Math.log2(e.count) * 0.7)) * drawn.unit, dashes: DASHES[e.status] && DASHES[e.status].map((d) => d * drawn.unit), hoverWidth: drawn.unit, faint,
      color: { color: colour, highlight: colour, hover: faint ? colours.edge : colour, opacity: faint ? 1 : far ? Math.max(0.2, Math.min(0.55, 40 / edgeCount)) : 0.8 },
      arrows: { to: { enabled: true, type: e.negative ? "bar" : "arrow", scaleFactor: 0.5 } },
      smooth: pair.length > 1 ? { enabled: true, type: "curvedCW", roundness: 0.12 + 0.11 * Math.floor(pair.filter((p) => p.from === e.from).indexOf(e)) } : bent(e) };
  });
  drawn.faint = new Set(edges.filter((e) => e.faint).map((e) => e.id));
  forgetLabels();
  edgeSet.clear();
  nodeSet.clear();
  nodeSet.add(nodes);
  edgeSet.add(edges);
}

// What stands out: what is chosen, with the neighbours of a single one; of an article, a time, an event or words, all that is told there.
function litNodes(chosen) {
  const lit = new Set(chosen);
  if (chosen.size === 1) for (const e of drawn.edges) { if (chosen.has(e.from)) lit.add(e.to); if (chosen.has(e.to)) lit.add(e.from); }
  if (!chosen.size && ["article", "time", "event", "words"].includes(state.show[0])) {
    const told = new Set(scope().flatMap(endsOf));
    for (const id of drawn.nodes) if (told.has(id)) lit.add(id);
  }
  return lit;
}

function selectedNodes() {
  const [kind, ...ids] = state.show[0] === "time" && state.show.length > 3 ? ["entity", state.show[3]]
    : state.show[0] === "article" && state.show.length > 2 ? ["pair", ...endsOf(statements[state.show[2]])] : state.show;
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
  const above = 52;
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
