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
const drawnAtMost = (view) => view.n || Math.min(Math.max(raw.network.nodes.length, 1), byId("canvas").clientWidth < 480 ? 24 : MOST_DRAWN);

function overviewNodes(view) {
  const first = raw.network.nodes.map((node) => node.id);
  const wanted = drawnAtMost(view);
  if (!isFiltered(view.filter) && wanted === first.length) return first;
  const near = new Map();  // as _first_view in kg/view.py: half the most important, half those that link most of these
  const candidates = entities.filter((e) => [...e.near.values()].some((list) => list.some(passes))).map((e) => e.id);
  const leads = new Set(candidates.slice(0, Math.ceil(wanted / 2)));
  for (const id of leads) for (const other of neighbours(id)) if (!leads.has(other)) near.set(other, Math.min(4, (near.get(other) || 0) + 1));
  const rest = [...near.keys()].sort((a, b) => near.get(b) - near.get(a) || a - b).slice(0, wanted - leads.size);
  const chosen = new Set([...leads, ...rest]);
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
  if (view.view === "ego") return placeRings(view, nodes, edges);
  if (view.view === "overview" && !view.more.length && (view.n || nodes.filter((id) => homePlaces.has(id)).length < nodes.length * 0.6)) return packGroups(nodes, edges);
  const places = new Map(nodes.filter((id) => view.view !== "community" && homePlaces.has(id)).map((id) => [id, homePlaces.get(id)]));
  return relax(nodes, edges, places);
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

// Each community laid out by itself, then packed as circles on a spiral, the largest first: as kg/view.py does for the first view.
function packGroups(nodes, edges) {
  const groups = new Map();
  for (const id of nodes) groups.set(entities[id].community, [...(groups.get(entities[id].community) || []), id]);
  const circles = [];
  const places = new Map();
  for (const ids of [...groups.values()].sort((a, b) => b.length - a.length || a[0] - b[0])) {
    const within = new Set(ids);
    const local = relax(ids, edges.filter((e) => within.has(e.from) && within.has(e.to)), new Map());
    const middle = [0, 1].map((k) => ids.reduce((sum, id) => sum + local.get(id)[k], 0) / ids.length);
    const radius = 55 + Math.max(...ids.map((id) => Math.hypot(local.get(id)[0] - middle[0], local.get(id)[1] - middle[1])));
    const wide = byId("canvas").clientWidth / Math.max(1, byId("canvas").clientHeight);
    let [x, y] = [0, 0];
    for (let step = 0; circles.some((c) => Math.hypot(c.x - x, c.y - y) < c.radius + radius); step += 1) {
      x = Math.cos(step * 0.25) * step * 3 * Math.sqrt(wide);
      y = (Math.sin(step * 0.25) * step * 3) / Math.sqrt(wide);
    }
    circles.push({ x, y, radius });
    for (const id of ids) places.set(id, [Math.round(x + local.get(id)[0] - middle[0]), Math.round(y + local.get(id)[1] - middle[1])]);
  }
  return places;
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
