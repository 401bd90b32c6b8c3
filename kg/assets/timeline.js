// The strip under the picture: how many dated statements fall into each stretch of time; those of the selection stand out. What is dated
// less finely than the strip is divided ("in 2024", among months) is a wide, pale bar behind, over the time that it names.

// The statements the timeline and the downloads speak of: the selection's, else those of all entities drawn, that pass the filters.
function scope() {
  const [kind, ...ids] = state.show;
  if (kind === "entity") return entities[ids[0]].statements.filter(passes);
  if (kind === "time" && ids.length > 2) return entities[ids[2]].statements.filter(passes);
  if (kind === "time") return statements.filter((s) => passes(s) && s.days && s.days[1] >= ids[0] && s.days[0] <= ids[1]);
  if (kind === "words") return withWords(ids[0]);
  if (kind === "event") return events[ids[0]].statements.filter(passes);
  if (kind === "pair") return (entities[ids[0]].near.get(ids[1]) || []).filter(passes);
  if (kind === "article") return articles[ids[0]].statements.filter(passes);
  if (kind === "community") return statements.filter((s) => passes(s) && entities[s.subject].community === ids[0]);
  return statements.filter(passes);
}

function drawTimeline() {
  const box = byId("timeline");
  const dated = statements.filter((s) => s.days && passes(s));
  box.hidden = !dated.length;
  if (!dated.length) return;
  const of = state.show[0] === "entity" ? [state.show[1]] : state.show[0] === "time" ? state.show.slice(3) : [];  // whose time a bar opens
  const selected = state.show.length && state.show[0] !== "disputed" && !(state.show[0] === "time" && !of.length) ? new Set(scope()) : null;
  const bins = timeBins(dated);
  const width = Math.max(200, box.clientWidth - 28);
  const step = Math.min(90, width / bins.length);
  const shown = dated.filter((s) => s.days[1] - s.days[0] < 400 && s.days[1] >= bins[0][0] && s.days[0] <= bins.at(-1)[1]);
  const fine = (s) => bins.findIndex(([from, to]) => s.days[0] >= from && s.days[1] <= to);
  const bars = new Map();  // from/to -> {from, to, label, wide, all, some}
  for (const s of shown) {
    const bin = bins[fine(s)];
    const [from, to] = bin || s.days;
    const key = `${from}/${to}`;
    if (!bars.has(key)) bars.set(key, { from, to, label: bin ? bin[2] : sayDays(from, to), wide: !bin, all: 0, some: 0 });
    bars.get(key).all += 1;
    if (selected?.has(s)) bars.get(key).some += 1;
  }
  const most = Math.max(1, ...[...bars.values()].map((bar) => bar.all));
  const picture = svg("svg", { viewBox: `0 0 ${width} 66`, role: "group", "aria-label": "Timeline of dated statements" });
  const placeOf = (day) => { const i = bins.findIndex(([, to]) => day <= to); return i < 0 ? bins.length : i + Math.max(0, (day - bins[i][0]) / (bins[i][1] + 1 - bins[i][0])); };
  const tall = (n) => (n ? 5 + 41 * Math.sqrt(n / most) : 0);
  for (const bar of [...bars.values()].sort((a, b) => b.wide - a.wide || b.to - b.from - (a.to - a.from) || a.from - b.from)) {
    const { from, to, label, wide, all, some } = bar;
    const [left, right] = [placeOf(from) * step, placeOf(to + 1) * step];
    const open = () => go({ show: ["time", from, to, ...of] });
    const rect = (n, kind) => svg("rect", { x: left + Math.min(2, step * 0.15), y: 50 - tall(n), width: Math.max(2, right - left - Math.min(4, step * 0.3)), height: tall(n), class: kind, rx: 1 });
    const said = `${label}: ${plural(all, "statement")}`;
    const group = svg("g", { class: wide ? "bin wide" : "bin", tabindex: 0, role: "button", "aria-label": said, onclick: open,
      onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } } },
    wide ? "" : svg("rect", { x: left, y: 0, width: right - left, height: 52, class: "back" }), rect(all, selected ? "bar" : "bar some"));
    if (some) group.append(rect(some, "bar some"));
    const tip = svg("title");
    tip.textContent = said + (selected ? `, ${some} of the selection` : "");
    group.append(tip);
    picture.append(group);
  }
  let lastLabel = -100;
  bins.forEach(([, , label], i) => {
    if (i * step - lastLabel <= 78 || i * step + 62 >= width) return;
    const text = svg("text", { x: i * step + 1, y: 63 });
    text.textContent = label;
    picture.append(text);
    lastLabel = i * step;
  });
  drawEvents(picture, bins, step);
  box.replaceChildren(picture);
}

// A diamond above the bar of its date for each event that is told more than once, at most three to a bar.
function drawEvents(picture, bins, step) {
  const taken = new Map();
  for (const event of events) {
    const days = event.when.map(daysOf).find(Boolean);
    const bin = days ? bins.findIndex(([from, to]) => days[0] >= from && days[0] <= to) : -1;
    const before = taken.get(bin) || 0;
    if (bin < 0 || before > 2 || !event.statements.some(passes)) continue;
    taken.set(bin, before + 1);
    const [x, y] = [(bin + 0.5) * step, 6 + before * 11];
    const open = () => go({ show: ["event", event.id] });
    const mark = svg("path", { class: "event", d: `M${x} ${y - 5}l5 5l-5 5l-5-5z`, tabindex: 0, role: "button", "aria-label": `Event: ${event.label}, ${eventFacts(event)}`, onclick: open,
      onkeydown: (key) => { if (key.key === "Enter" || key.key === " ") { key.preventDefault(); open(); } } });
    const tip = svg("title");
    tip.textContent = `${event.label} · ${eventFacts(event)}`;
    mark.append(tip);
    picture.append(mark);
  }
}

// Days, months, quarters, years or decades, whichever gives no more than about sixty bins; far outliers are left out.
function timeBins(dated) {
  const [least, most] = mainSpan(dated.map((s) => s.days));
  const sizes = [[0, 1], [1, 1], [1, 3], [12, 1], [12, 10], [12, 100]];
  const span = Math.max(0, most - least);
  const [unit, times] = sizes.find(([u, n]) => span / (u === 0 ? 1 : u === 1 ? 30.4 * n : 365 * n) <= 60) || sizes[sizes.length - 1];
  const bins = [];
  let date = new Date(least * DAY);
  if (unit) date = new Date(Date.UTC(Math.floor(date.getUTCFullYear() / (unit === 12 ? times : 1)) * (unit === 12 ? times : 1), unit === 1 ? Math.floor(date.getUTCMonth() / times) * times : 0, 1));
  while (date.getTime() / DAY <= most && bins.length < 200) {
    const next = new Date(date);
    if (unit === 0) next.setUTCDate(next.getUTCDate() + 1);
    else if (unit === 1) next.setUTCMonth(next.getUTCMonth() + times);
    else next.setUTCFullYear(next.getUTCFullYear() + times);
    const iso = date.toISOString();
    const label = unit === 12 ? iso.slice(0, 4) + (times > 1 ? "s" : "") : sayDate(iso.slice(0, unit ? 7 : 10)).replace(/([A-Z][a-z]{2})[a-z]+/, "$1");
    bins.push([date.getTime() / DAY, next.getTime() / DAY - 1, label]);
    date = next;
  }
  return bins;
}
