// State, address, keyboard: everything that a reader does becomes go({...}), which writes the address and draws anew.
//
// state.view       overview | ego (focus, hops) | path (focus, to) | community (focus is its number)
// state.more       entities whose neighbours were brought in;  state.collapsed  groups folded into one node;  state.n  how many are drawn
// state.show       what the panel shows: [] | [entity, id] | [pair, id, id] | [article, id, statement?] | [community, number] | [time, from, to, entity?] | [disputed] | [event, number] | [words, text]
// state.filter     see filters.js

const byId = (id) => document.getElementById(id);
const emptyState = () => ({ view: "overview", focus: null, to: null, hops: 1, n: 0, more: [], collapsed: [], show: [], filter: emptyFilter() });
let state = emptyState();
let visited = [""];  // the addresses gone through within this page, and where among them we are
let place = 0;

function go(change) {
  const next = { ...state, ...change };
  const address = toAddress(next);
  if (address === toAddress(state)) return;
  visited = [...visited.slice(0, place + 1), address];
  place += 1;
  show(next);
  location.hash = address;
}

function show(next) {
  const before = state;
  state = next;
  byId("tip").hidden = true;
  const filterChanged = JSON.stringify(before.filter) !== JSON.stringify(next.filter);
  if (filterChanged) applyFilter(next.filter);
  const picture = (s) => JSON.stringify([s.view, s.focus, s.to, s.hops, s.n, s.more, s.collapsed, s.filter]);
  const redraw = picture(before) !== picture(next) || !drawn.nodes.length;
  const frame = (s) => JSON.stringify([s.view, s.focus, s.to, s.hops, s.n, isFiltered(s.filter)]);
  if (redraw) drawView(next);
  else style();
  if (frame(before) !== frame(next) || (redraw && !network.body.nodeIndices.length) || before.more.length < next.more.length) fitView();
  else revealSelection();
  drawViewbar();
  drawLegend();
  drawPanel();
  drawTimeline();
  if (filterChanged) drawFilters();
  byId("back").disabled = place === 0;
  byId("forward").disabled = place >= visited.length - 1;
}

// --- address -------------------------------------------------------------------------------------------------------------------

function toAddress(s) {
  const address = new URLSearchParams();
  const key = (id) => keyOf.get(id);
  if (s.view !== "overview") address.set("view", s.view);
  if (s.view === "ego" && s.hops !== 1) address.set("hops", s.hops);
  if (s.view === "community") address.set("group", s.focus);
  else if (s.focus !== null && s.view !== "overview") address.set("focus", key(s.focus));
  if (s.view === "path") address.set("to", key(s.to));
  if (s.n) address.set("n", s.n);
  s.more.forEach((id) => address.append("more", key(id)));
  s.collapsed.forEach((c) => address.append("folded", c));
  const [kind, ...ids] = s.show;
  if (kind === "entity") address.set("entity", key(ids[0]));
  else if (kind === "pair") ids.forEach((id) => address.append("pair", key(id)));
  else if (kind === "article") { address.set("article", articles[ids[0]].iri); if (ids.length > 1) address.set("statement", statements[ids[1]].iri); }
  else if (kind === "community") address.set("in", ids[0]);
  else if (kind === "time") { address.set("when", ids.slice(0, 2).map(isoDay).join("/")); if (ids.length > 2) address.set("of", key(ids[2])); }
  else if (kind === "disputed") address.set("list", "disputed");
  else if (kind === "words") address.set("words", ids[0]);
  else if (kind === "event") address.set("event", events[ids[0]].key);
  const f = s.filter;
  for (const facet of Object.keys(FACETS)) f[facet].forEach((v) => address.append(`filter.${facet}`, facetName(facet, v)));
  if (f.confidence) address.set("filter.confidence", f.confidence);
  if (f.from !== null) address.set("filter.from", isoDay(f.from));
  if (f.to !== null) address.set("filter.to", isoDay(f.to));
  if (!f.undated) address.set("filter.undated", "no");
  if (f.disputed) address.set("filter.disputed", "yes");
  return address.toString();
}

// Facet values are named in the address so that it still fits when the page is built again with more articles.
const FACET_LISTS = { type: () => raw.types.map((t) => t[0]), relation: () => raw.relations.map((r) => r[0]), status: () => raw.statuses, article: () => articles.map((a) => a.iri), polarity: () => ["Positive", "Negative"] };
const facetName = (facet, value) => (FACET_LISTS[facet] ? FACET_LISTS[facet]()[value] : value);

function fromAddress(text) {
  const address = new URLSearchParams(text);
  const s = emptyState();
  if (!text && raw.start) {
    const { entity: focus, hops } = raw.start;
    return { ...s, show: ["entity", focus], ...(hops < 3 ? { view: "ego", focus, hops } : {}) };
  }
  const entity = (name) => (byKey.has(name) ? byKey.get(name) : null);
  const view = address.get("view");
  if (view === "ego" || view === "path") {
    s.focus = entity(address.get("focus"));
    s.to = entity(address.get("to"));
    s.hops = address.get("hops") === "2" ? 2 : 1;
    if (s.focus !== null && (view === "ego" || s.to !== null)) s.view = view;
  } else if (view === "community" && raw.communities[address.get("group")]) {
    s.view = view;
    s.focus = Number(address.get("group"));
  }
  s.n = Math.min(MOST_DRAWN, Number(address.get("n")) || 0);
  s.more = address.getAll("more").map(entity).filter((id) => id !== null);
  s.collapsed = address.getAll("folded").map(Number).filter((c) => raw.communities[c]);
  const article = articles.findIndex((a) => a.iri === address.get("article"));
  const statement = statements.findIndex((x) => x.iri === address.get("statement"));
  const pair = address.getAll("pair").map(entity).filter((id) => id !== null);
  const period = (address.get("when") || "").split("/").map((day) => dayRange(day)?.[0]);
  if (entity(address.get("entity")) !== null) s.show = ["entity", entity(address.get("entity"))];
  else if (pair.length === 2) s.show = ["pair", ...pair];
  else if (article >= 0) s.show = ["article", article, ...(statement >= 0 ? [statement] : [])];
  else if (address.get("in") && raw.communities[address.get("in")]) s.show = ["community", Number(address.get("in"))];
  else if (period.length === 2 && period.every((d) => d !== undefined)) s.show = ["time", ...period, ...(entity(address.get("of")) === null ? [] : [entity(address.get("of"))])];
  else if (stemsOf(address.get("words") || "").length) s.show = ["words", address.get("words")];
  else if (address.get("list") === "disputed") s.show = ["disputed"];
  else if (events.some((e) => e.key === address.get("event"))) s.show = ["event", events.findIndex((e) => e.key === address.get("event"))];
  for (const facet of Object.keys(FACETS)) {
    s.filter[facet] = address.getAll(`filter.${facet}`).map((v) => (FACET_LISTS[facet] ? FACET_LISTS[facet]().indexOf(v) : v)).filter((v) => v !== -1).map(String);
  }
  s.filter.confidence = Math.max(0, Math.min(100, Number(address.get("filter.confidence")) || 0));
  s.filter.from = dayRange(address.get("filter.from"))?.[0] ?? null;
  s.filter.to = dayRange(address.get("filter.to"))?.[1] ?? null;
  s.filter.undated = address.get("filter.undated") !== "no";
  s.filter.disputed = address.get("filter.disputed") === "yes";
  return s;
}

// --- the line above the picture ------------------------------------------------------------------------------------------------

function drawViewbar() {
  const { view, focus, to } = state;
  const drawnCount = plural(drawn.members.length, "entity", "entities");
  const bar = [];
  if (view === "overview") {
    const first = raw.network.nodes.length;
    const all = entities.filter((e) => [...e.near.values()].some((list) => list.some(passes))).length;
    const narrow = byId("canvas").clientWidth < 480;
    bar.push(el("span", {}, narrow ? `${drawn.members.length} of ${plural(all, "entity", "entities")}` : drawn.members.length < all ? [`The ${drawn.members.length} that matter most of ${all.toLocaleString("en")}`, drawn.main ? "the main lines between them" : `${plural(drawn.statements, "statement")} between them`].join("; ") : `${drawnCount}, ${plural(drawn.statements, "statement")} between them`));
    const now = drawnAtMost(state);
    const steps = [...[16, 40, 80, 150, 300].filter((n) => n < all), Math.min(all, MOST_DRAWN)];
    const fewer = steps.filter((n) => n < now).pop();
    const more = steps.find((n) => n > now);
    if (fewer) bar.push(el("button", { onclick: () => go({ n: fewer === first ? 0 : fewer }) }, "Fewer"));
    if (more) bar.push(el("button", { onclick: () => go({ n: more === first ? 0 : more }) }, "More"));
    if (state.more.length || state.collapsed.length) bar.push(el("button", { onclick: () => go({ more: [], collapsed: [] }) }, "As at first"));
  } else {
    const title = view === "ego" ? ["Around ", name(entities[focus].label), `: ${drawnCount}`]
      : view === "path" ? ["From ", name(entities[focus].label), " to ", name(entities[to].label), pathWords()]
        : ["Group ", name(raw.communities[focus][0])];
    bar.push(el("span", {}, title));
    if (view === "ego") for (const hops of [1, 2]) bar.push(el("button", { "aria-pressed": String(state.hops === hops), onclick: () => go({ hops }) }, hops === 1 ? "1 step" : "2 steps"));
    bar.push(el("button", { onclick: () => go({ view: "overview", focus: null, to: null, more: [] }) }, "✕ Overview"));
  }
  if (isFiltered(state.filter)) bar.push(el("button", { onclick: () => go({ filter: emptyFilter() }) }, "✕ Filters"));
  byId("viewbar").replaceChildren(...bar);
}

function pathWords() {
  const steps = distances(state.focus).get(state.to);
  return steps === undefined ? ": nothing links them" : `: ${plural(steps, "step")}`;
}

// --- keyboard, theme, start ----------------------------------------------------------------------------------------------------

function setUpKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "/") { event.preventDefault(); byId("search").focus(); }
    else if (event.key === "Escape") { byId("downloads").open = false; byId("filters").classList.remove("open"); go({ show: [] }); }
    else if (event.key === "n" || event.key === "p") step(event.key === "n" ? 1 : -1);
  });
  byId("canvas").addEventListener("keydown", (event) => {
    const scale = network.getScale();
    const { x, y } = network.getViewPosition();
    const moves = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
    if (moves[event.key]) network.moveTo({ position: { x: x + moves[event.key][0] / scale, y: y + moves[event.key][1] / scale } });
    else if (event.key === "+" || event.key === "=") network.moveTo({ scale: scale * 1.25 });
    else if (event.key === "-") network.moveTo({ scale: scale / 1.25 });
    else if (event.key === "0") fitView();
    else return;
    event.preventDefault();
  });
}

function step(by) {
  const order = drawn.members.slice().sort((a, b) => a - b);
  const now = state.show[0] === "entity" ? order.indexOf(state.show[1]) : by > 0 ? -1 : 0;
  if (order.length) go({ show: ["entity", order[(now + by + order.length) % order.length]] });
}

function setTheme(theme, remember = false) {
  document.documentElement.dataset.theme = theme;
  if (remember) try { localStorage.setItem("kg-theme", theme); } catch { /* storage may be off for files */ }
  if (network) { style(); drawLegend(); }
}

function start() {
  let remembered = null;
  try { remembered = localStorage.getItem("kg-theme"); } catch { /* storage may be off for files */ }
  setTheme(remembered || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  const claimed = statements.filter((s) => s.status === 1).length;
  const negative = statements.filter((s) => s.negative).length;
  byId("counts").textContent = [plural(articles.length, "article"), plural(raw.all.entities, "entity", "entities"), plural(raw.all.statements, "statement"),
    claimed ? `${claimed.toLocaleString("en")} only claimed` : "", negative ? `${negative.toLocaleString("en")} negative` : ""].filter(Boolean).join(" · ");
  document.body.append(el("datalist", { id: "names" }, entities.slice(0, 400).map((e) => el("option", { value: e.label }))));
  applyFilter(state.filter);
  makeNetwork();
  setUpSearch();
  setUpKeys();
  byId("back").addEventListener("click", () => history.back());
  byId("forward").addEventListener("click", () => history.forward());
  byId("home").addEventListener("click", () => go(emptyState()));
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark", true));
  byId("show-filters").addEventListener("click", (event) => event.target.setAttribute("aria-expanded", String(byId("filters").classList.toggle("open"))));
  for (const button of document.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => { download(button.dataset.export); byId("downloads").open = false; });
  }
  addEventListener("hashchange", () => {
    const address = location.hash.slice(1);
    const next = fromAddress(address);
    if (toAddress(next) === toAddress(state)) return;
    if (visited[place - 1] === toAddress(next)) place -= 1;
    else if (visited[place + 1] === toAddress(next)) place += 1;
    else { visited = [...visited.slice(0, place + 1), toAddress(next)]; place += 1; }
    show(next);
  });
  addEventListener("resize", drawTimeline);
  visited = [toAddress(fromAddress(location.hash.slice(1)))];
  show(fromAddress(location.hash.slice(1)));
  fitView();
  drawFilters();
  document.documentElement.dataset.ready = "yes";
}

// What tests, and a curious reader in the console, can ask of the page.
window.kgPage = Object.freeze({
  drawn: () => drawn.members.map((id) => entities[id].label),
  nodes: () => drawn.nodes.slice(),
  lines: () => drawn.lines.map(({ id, status, negative }) => ({ status, negative, dashes: edgeSet.get(id).dashes, arrow: edgeSet.get(id).arrows.to.type })),
  placeOf: (label) => network.canvasToDOM(asPoint(currentPlace(drawn.members.find((id) => entities[id].label === label)))),
  written: () => written.map(({ x, y, w, h, text, turn = 0, group }) => ({ x, y, w, h, text, turned: turn !== 0 || !w, group })),
  faint: () => drawn.nodes.filter((id) => nodeSet.get(id).opacity < 1).map(labelOf),
  choose: (id) => go({ show: ["entity", id] }),
  read: (id) => go({ show: ["article", id] }),
  quotes: () => statements.flatMap((s) => spansOf(s).map(([start, end]) => cut(articles[s.article], start, end))),
});
