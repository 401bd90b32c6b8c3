// Which entities a view draws, and where. The first view's places come from the build; new ones are worked out here, the same every time.

const MOST_DRAWN = 300;

const neighbours = (id) => [...entities[id].near.keys()].filter((other) => entities[id].near.get(other).some(passes)).sort((a, b) => a - b);

function viewNodes(view) {
  const nodes = new Set({ ego: egoNodes, path: pathNodes, community: communityNodes }[view.view]?.(view) ?? overviewNodes(view));
  for (const id of view.more) {
    nodes.add(id);
    for (const other of neighbours(id).filter((n) => !nodes.has(n)).slice(0, 25)) nodes.add(other);
  }
  return [...nodes].slice(0, MOST_DRAWN);
}

// How many entities the overview draws; a phone has room for a few only.
const drawnAtMost = (view) => view.n || Math.min(Math.max(raw.network.nodes.length, 1), byId("canvas").clientWidth < 480 ? 16 : MOST_DRAWN);

const isVague = (e) => !e.named && e.family === raw.families.length - 1;  // "evidence", "thanks"

function overviewNodes(view) {
  const first = raw.network.nodes.map((node) => node.id);
  const wanted = drawnAtMost(view);
  if (!isFiltered(view.filter) && wanted === first.length) return first;
  const near = new Map();  // as _first_view in kg/page/view.py: half the most important, half those that link most of these
  const linked = entities.filter((e) => [...e.near.values()].some((list) => list.some(passes)));
  const all = isFiltered(view.filter) || wanted >= linked.length;
  const leads = new Set(linked.filter((e) => all || !isVague(e)).map((e) => e.id).slice(0, all && wanted >= linked.length ? wanted : Math.ceil(wanted / 2)));
  for (const id of leads) for (const other of neighbours(id)) if (!leads.has(other)) near.set(other, Math.min(4, (near.get(other) || 0) + 1));
  const rest = [...near.keys()].filter((id) => all || !isVague(entities[id]) || near.get(id) > 1).sort((a, b) => near.get(b) - near.get(a) || a - b).slice(0, wanted - leads.size);
  const chosen = new Set([...leads, ...rest]);
  for (const id of leads) if (entities[id].named && !neighbours(id).some((other) => chosen.has(other))) neighbours(id).slice(0, 1).forEach((other) => chosen.add(other));
  return [...chosen].filter((id) => neighbours(id).some((other) => chosen.has(other))).sort((a, b) => a - b);
}

function egoNodes({ focus, hops }) {
  const found = new Map([[focus, 0]]);
  let edge = [focus];
  for (let hop = 1; hop <= hops; hop += 1) {
    const next = [];
    for (const id of edge) for (const other of neighbours(id).slice(0, hop === 1 ? 80 : 8)) {
      if (!found.has(other)) { found.set(other, hop); next.push(other); }
    }
    edge = next;
  }
  return [...found.keys()].slice(0, 150);
}

// All entities on a shortest path between two (breadth first from both ends), or just the two when nothing links them.
function pathNodes({ focus, to }) {
  const there = distances(focus);
  const back = distances(to);
  const length = there.get(to);
  if (length === undefined) return [focus, to];
  return [...there.keys()].filter((id) => back.has(id) && there.get(id) + back.get(id) === length)
    .sort((a, b) => there.get(a) - there.get(b) || a - b).slice(0, 60);
}

function distances(start) {
  const found = new Map([[start, 0]]);
  let edge = [start];
  while (edge.length) {
    const next = [];
    for (const id of edge) for (const other of neighbours(id)) {
      if (!found.has(other)) { found.set(other, found.get(id) + 1); next.push(other); }
    }
    edge = next;
  }
  return found;
}

const communityNodes = ({ focus }) => entities.filter((e) => e.community === focus).slice(0, 150).map((e) => e.id);

// --- places --------------------------------------------------------------------------------------------------------------------

const homePlaces = new Map(raw.network.nodes.map((node) => [node.id, [node.x, node.y]]));

function placeNodes(view, nodes, edges) {
  if (view.view === "path") return placePath(view, nodes);
  if (view.view === "ego") return stretch(spread(placeRings(view, nodes, edges), new Set([view.focus])));
  if (view.view === "overview" && !view.more.length && (view.n || byId("canvas").clientWidth < 480 || nodes.filter((id) => homePlaces.has(id)).length < nodes.length * 0.6)) return stretch(packGroups(nodes, edges));
  if (view.view === "community") return stretch(spread(relax(nodes, edges, new Map())));
  const home = atHome();
  const places = new Map(nodes.filter((id) => home.has(id)).map((id) => [id, home.get(id)]));
  return places.size === nodes.length ? places : spread(relax(nodes, edges, places), new Set(places.keys()));
}

// The first view's places as the window's shape stretches them; kept, so that they stay while neighbours come and go.
let home = null;
function atHome() {
  const { clientWidth: width, clientHeight: height } = byId("canvas");
  if (home?.width !== width || home?.height !== height) home = { width, height, places: stretch(homePlaces) };
  return home.places;
}

// Widens or heightens the picture, by no more than a factor of two, towards the shape of the space it has.
function stretch(places) {
  const { clientWidth: width, clientHeight: height } = byId("canvas");
  const span = (k) => Math.max(...[...places.values()].map((p) => p[k])) - Math.min(...[...places.values()].map((p) => p[k]));
  const [wide, tall] = [span(0), span(1)];
  if (places.size < 3 || !wide || !tall || !height) return places;
  const by = Math.max(0.5, Math.min(2, ((width - 110) / Math.max(1, height - 110)) / (wide / tall)));
  return new Map([...places].map(([id, [x, y]]) => [id, [Math.round(x * Math.max(1, by)), Math.round(y * Math.max(1, 1 / by))]]));
}

// The room that a node with its name takes, in pixels, as _label_size in kg/page/view.py reckons it.
const labelWidth = (id) => Math.max(52, 7 * labelOf(id).length + 12);
const LABEL_HEIGHT = 46;

// Pushes nodes apart until no two boxes of node and name overlap (or the rounds are over), each pair the shorter way.
function spread(places, fixed = new Set()) {
  const spots = [...places].sort((a, b) => a[0] - b[0]).map(([id, [x, y]]) => ({ id, at: [x, y], size: [labelWidth(id), LABEL_HEIGHT], fixed: fixed.has(id) }));
  for (let round = 0; round < (spots.length > 120 ? 25 : 80); round += 1) {
    let moved = false;
    for (let i = 1; i < spots.length; i += 1) for (let j = 0; j < i; j += 1) {
      const [a, b] = [spots[i], spots[j]];
      if (a.fixed && b.fixed) continue;
      const over = [0, 1].map((k) => (a.size[k] + b.size[k]) / 2 - Math.abs(a.at[k] - b.at[k]));
      if (Math.min(...over) <= 0.5) continue;
      const k = over[0] < over[1] * 1.5 ? 0 : 1;
      const push = (over[k] + 1) * (a.at[k] >= b.at[k] ? 1 : -1);
      const share = a.fixed ? 0 : b.fixed ? 1 : 0.5;
      a.at[k] += push * share;
      b.at[k] -= push * (1 - share);
      moved = true;
    }
    if (!moved) break;
  }
  return new Map(spots.map((spot) => [spot.id, spot.at.map(Math.round)]));
}

function placePath({ focus, to }, nodes) {
  const steps = distances(focus);
  const columns = new Map();
  for (const id of nodes) {
    const column = steps.get(id) ?? (id === to ? 2 : 1);
    columns.set(column, [...(columns.get(column) || []), id]);
  }
  const places = new Map();
  for (const [column, ids] of columns) ids.forEach((id, i) => places.set(id, [column * 210, (i - (ids.length - 1) / 2) * 85]));
  return places;
}

// The focus in the middle, its neighbours on a ring around it (as many rings as they need), theirs outside, near who brought them in.
function placeRings({ focus }, nodes, edges) {
  const places = new Map([[focus, [0, 0]]]);
  const direct = new Set(neighbours(focus));
  const inner = nodes.filter((id) => direct.has(id)).sort((a, b) => entities[a].community - entities[b].community || entities[a].family - entities[b].family || a - b);
  const outer = nodes.filter((id) => id !== focus && !direct.has(id));
  const radius = Math.max(170, inner.length * 13);
  const angle = new Map();
  inner.forEach((id, i) => {
    angle.set(id, ((i + 0.5) / inner.length) * 2 * Math.PI - Math.PI / 2);
    const out = radius + (inner.length > 14 ? (i % 3) * 75 : 0);
    places.set(id, [Math.cos(angle.get(id)) * out * 1.25, Math.sin(angle.get(id)) * out * 0.9]);
  });
  const towards = (id) => {
    const known = edges.filter((e) => e.from === id || e.to === id).map((e) => angle.get(e.from === id ? e.to : e.from)).filter((a) => a !== undefined);
    return known.length ? Math.atan2(known.reduce((t, a) => t + Math.sin(a), 0), known.reduce((t, a) => t + Math.cos(a), 0)) : 0;
  };
  outer.sort((a, b) => towards(a) - towards(b) || a - b).forEach((id, i) => {
    const turn = ((i + 0.5) / outer.length) * 2 * Math.PI - Math.PI;
    const out = Math.max(radius + 270, outer.length * 11) + (i % 2) * 80;
    places.set(id, [Math.cos(turn) * out * 1.2, Math.sin(turn) * out * 0.9]);
  });
  return places;
}

// Each community laid out by itself, then packed as rectangles, the largest first, where the whole stays smallest: as kg/page/view.py does
// for the first view.
function packGroups(nodes, edges) {
  const { clientWidth, clientHeight } = byId("canvas");
  const aspect = Math.max(0.5, Math.min(2, clientWidth / Math.max(1, clientHeight)));
  const groups = new Map();
  for (const id of nodes) groups.set(entities[id].community, [...(groups.get(entities[id].community) || []), id]);
  const boxes = [];
  const places = new Map();
  for (const ids of [...groups.values()].sort((a, b) => b.length - a.length || a[0] - b[0])) {
    const within = new Set(ids);
    const local = spread(relax(ids, edges.filter((e) => within.has(e.from) && within.has(e.to)), new Map()));
    const [left, right] = [Math.min(...ids.map((id) => local.get(id)[0] - labelWidth(id) / 2)), Math.max(...ids.map((id) => local.get(id)[0] + labelWidth(id) / 2))];
    const [top, bottom] = [Math.min(...ids.map((id) => local.get(id)[1])) - LABEL_HEIGHT / 2, Math.max(...ids.map((id) => local.get(id)[1])) + LABEL_HEIGHT / 2];
    const box = freePlace(right - left + 24, bottom - top + 24, boxes, aspect);
    boxes.push(box);
    for (const id of ids) places.set(id, [Math.round(box.x + local.get(id)[0] - (left + right) / 2), Math.round(box.y + local.get(id)[1] - (top + bottom) / 2)]);
  }
  return places;
}

function freePlace(w, h, boxes, aspect) {
  if (!boxes.length) return { x: 0, y: 0, w, h };
  const lines = (middle, size, own) => [...new Set([0, ...boxes.flatMap((b) => [-1, 1].flatMap((sign) => [-1, 1].map((side) => b[middle] + sign * (b[size] / 2 + (side * own) / 2))))])];
  const edge = [Math.min(...boxes.map((b) => b.x - b.w / 2)), Math.max(...boxes.map((b) => b.x + b.w / 2)), Math.min(...boxes.map((b) => b.y - b.h / 2)), Math.max(...boxes.map((b) => b.y + b.h / 2))];
  let best = null;
  for (const x of lines("x", "w", w)) for (const y of lines("y", "h", h)) {
    const wide = Math.max(edge[1], x + w / 2) - Math.min(edge[0], x - w / 2);
    const tall = Math.max(edge[3], y + h / 2) - Math.min(edge[2], y - h / 2);
    const score = [Math.round(Math.max(wide / aspect, tall)), Math.hypot(x / aspect, y)];
    if (best && (score[0] > best.score[0] || (score[0] === best.score[0] && score[1] >= best.score[1]))) continue;
    if (boxes.some((b) => Math.abs(x - b.x) < (w + b.w) / 2 - 0.5 && Math.abs(y - b.y) < (h + b.h) / 2 - 0.5)) continue;
    best = { x, y, w, h, score };
  }
  return best;
}

// Fruchterman-Reingold for the nodes that have no place yet; the others stay where they are. No randomness: new ones begin on a spiral
// beside a neighbour that has a place.
function relax(nodes, edges, fixed) {
  const spots = nodes.map((id) => ({ id, fixed: fixed.has(id), x: fixed.get(id)?.[0], y: fixed.get(id)?.[1] }));
  const spotOf = new Map(spots.map((spot) => [spot.id, spot]));
  const free = spots.filter((spot) => !spot.fixed);
  if (!free.length) return fixed;
  const links = edges.map((e) => [spotOf.get(e.from), spotOf.get(e.to)]).filter(([a, b]) => a && b && !(a.fixed && b.fixed));
  free.forEach((spot, i) => {
    const beside = links.filter((link) => link.includes(spot)).map(([a, b]) => (a === spot ? b : a)).find((other) => other.x !== undefined);
    const turn = i * 2.399963;  // the golden angle spreads points evenly
    const out = beside && spots.length > free.length ? 90 + (i % 5) * 18 : 40 * Math.sqrt(i + 1);
    spot.x = (beside?.x ?? 0) + Math.cos(turn) * out;
    spot.y = (beside?.y ?? 0) + Math.sin(turn) * out;
  });
  const pull = spots.length === free.length ? 0.22 : 0.03;  // towards the middle, which keeps parts without a link together
  const ideal = spots.length > 150 ? 190 : 115;
  const rounds = spots.length > 150 ? 140 : 260;
  for (let round = 0; round < rounds; round += 1) {
    const heat = 60 * (1 - round / rounds) + 1;
    for (const a of free) {
      let dx = -a.x * pull;
      let dy = -a.y * pull * 1.3;
      for (const b of spots) {
        if (a === b) continue;
        const ex = a.x - b.x || 0.01 * (a.id - b.id);
        const ey = a.y - b.y || 0.01;
        const square = ex * ex + ey * ey;
        if (square > 9 * ideal * ideal) continue;  // the far ones don't push, or parts without a link would drift away
        const force = (ideal * ideal) / Math.max(square, 25) + (square < 3600 ? 0.6 : 0);
        dx += ex * force * 0.35;
        dy += ey * force * 0.35;
      }
      for (const [p, q] of links) {
        const other = p === a ? q : q === a ? p : null;
        if (!other) continue;
        const distance = Math.hypot(a.x - other.x, a.y - other.y);
        dx -= ((a.x - other.x) * distance) / ideal / 4;
        dy -= ((a.y - other.y) * distance) / ideal / 4;
      }
      const length = Math.hypot(dx, dy) || 1;
      a.x += (dx / length) * Math.min(length, heat);
      a.y += (dy / length) * Math.min(length, heat);
    }
  }
  return new Map(spots.map((spot) => [spot.id, [Math.round(spot.x), Math.round(spot.y)]]));
}
