// The strip under the picture: how many dated statements fall into each stretch of time; those of the selection stand out.

// The statements the timeline and the downloads speak of: the selection's, else those of all entities drawn, that pass the filters.
function scope() {
  const [kind, ...ids] = state.show;
  if (kind === "entity") return entities[ids[0]].statements.filter(passes);
  if (kind === "time" && ids.length > 2) return entities[ids[2]].statements.filter(passes);
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
  const step = width / bins.length;
  const count = (list, [from, to]) => list.filter((s) => s.days[0] <= to && s.days[1] >= from && s.days[1] - s.days[0] < 400).length;
  const datedSelected = selected ? dated.filter((s) => selected.has(s)) : [];
  const counts = bins.map((bin) => [count(dated, bin), count(datedSelected, bin)]);
  const most = Math.max(1, ...counts.map((c) => c[0]));
  const picture = svg("svg", { viewBox: `0 0 ${width} 66`, role: "group", "aria-label": "Timeline of dated statements" });
  let lastLabel = -100;
  bins.forEach(([from, to, label], i) => {
    const [all, some] = counts[i];
    const tall = (n) => (n ? 4 + 42 * Math.sqrt(n / most) : 0);
    const bar = (n, kind) => svg("rect", { x: i * step + Math.min(2, step * 0.15), y: 50 - tall(n), width: Math.max(1, step - Math.min(4, step * 0.3)), height: tall(n), class: kind, rx: 1 });
    if (all) {
      const open = () => go({ show: ["time", from, to, ...of] });
      const group = svg("g", { class: "bin", tabindex: 0, role: "button", "aria-label": `${label}: ${plural(all, "statement")}`, onclick: open,
        onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } } },
      svg("rect", { x: i * step, y: 0, width: step, height: 52, class: "back" }), bar(all, selected ? "bar" : "bar some"));
      if (some) group.append(bar(some, "bar some"));
      const tip = svg("title");
      tip.textContent = `${label}: ${plural(all, "statement")}${selected ? `, ${some} of the selection` : ""}`;
      group.append(tip);
      picture.append(group);
    }
    if (i * step - lastLabel > 78 && i * step + 62 < width) {
      const text = svg("text", { x: i * step + 1, y: 63 });
      text.textContent = label;
      picture.append(text);
      lastLabel = i * step;
    }
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
