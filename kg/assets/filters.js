// Which statements are shown: facets with counts, all combined, kept in state.filter and so in the address.

const FACETS = {
  type: { title: "Kind of thing", of: (s) => endsOf(s).map((id) => String(entities[id].types[0])), say: (v) => raw.types[v][1] },
  status: { title: "Status", of: (s) => [String(s.status)], say: (v) => raw.statuses[v].toLowerCase(), all: true },
  polarity: { title: "Yes or no", of: (s) => [String(s.negative)], say: (v) => (v === "1" ? "negative (“did not”)" : "positive"), all: true },
  relation: { title: "Relation", of: (s) => [String(s.relation)], say: (v) => raw.relations[v][1] },
  source: { title: "Publisher", of: (s) => [articles[s.article].publisher || "unknown"], say: (v) => v },
  article: { title: "Article", of: (s) => [String(s.article)], say: (v) => articles[v].title },
};
const MOST_OPTIONS = 7;

const endsOf = (s) => (typeof s.object === "number" && s.object !== s.subject ? [s.subject, s.object] : [s.subject]);
const emptyFilter = () => ({ type: [], status: [], polarity: [], relation: [], source: [], article: [], confidence: 0, from: null, to: null, undated: true, disputed: false });

let passing = new Uint8Array(statements.length).fill(1);
let facetCounts = {};
let openFacets = new Set();

const timeSpan = (() => {
  const ranges = statements.filter((s) => s.days).map((s) => s.days);
  return ranges.length ? mainSpan(ranges) : null;  // a slider at its end sets no limit, so that what lies beyond is not lost
})();

const passes = (s) => passing[s.id] === 1;
const isFiltered = (f) => Object.keys(FACETS).some((facet) => f[facet].length) || f.confidence > 0 || f.from !== null || f.to !== null || f.disputed || !f.undated;

// Marks the statements that pass and counts, for each facet's options, what choosing them would show: one walk over all statements.
function applyFilter(f) {
  const facets = Object.keys(FACETS);
  const chosen = Object.fromEntries(facets.map((facet) => [facet, new Set(f[facet])]));
  facetCounts = Object.fromEntries([...facets, "confidence", "disputed"].map((facet) => [facet, new Map()]));
  for (const s of statements) {
    let failed = null;
    let failures = 0;
    if (s.confidence < f.confidence || (f.disputed && !s.disputed) || !inTime(s, f)) failures = 2;
    const values = {};
    for (const facet of facets) {
      values[facet] = FACETS[facet].of(s);
      if (chosen[facet].size && !values[facet].some((v) => chosen[facet].has(v))) {
        failures += 1;
        failed = facet;
      }
    }
    passing[s.id] = failures === 0 ? 1 : 0;
    if (failures > 1) continue;
    for (const facet of failures ? [failed] : facets) {
      for (const v of new Set(values[facet])) facetCounts[facet].set(v, (facetCounts[facet].get(v) || 0) + 1);
    }
  }
}

function inTime(s, f) {
  if (!s.days) return f.undated;
  return (f.from === null || s.days[1] >= f.from) && (f.to === null || s.days[0] <= f.to);
}

function drawFilters() {
  const f = state.filter;
  const focused = document.activeElement?.dataset?.keep;
  const top = el("div", { class: "top" }, el("span", { class: "head" }, matchWords(passing.reduce((a, b) => a + b, 0))),
    isFiltered(f) ? el("button", { class: "link", onclick: () => go({ filter: emptyFilter() }) }, "Clear all") : "");
  const sets = Object.entries(FACETS).map(([facet, { title, say, all }]) => drawFacet(facet, title, say, all));
  const disputed = statements.some((s) => s.disputed)
    ? el("fieldset", {}, el("legend", {}, "Disputed"), check("disputed", "only what is disputed", f.disputed, (on) => go({ filter: { ...f, disputed: on } }))) : "";
  byId("filters").replaceChildren(top, ...sets.slice(0, 3), disputed, drawTimeSlider(f), ...sets.slice(3), drawConfidence(f));
  if (focused) document.querySelector(`#filters [data-keep="${CSS.escape(focused)}"]`)?.focus();
}

const matchWords = (count) => `${plural(count, "statement")} ${count === 1 ? "matches" : "match"}`;

function drawFacet(facet, title, say, all) {
  const chosen = new Set(state.filter[facet]);
  const counts = facetCounts[facet];
  const options = all ? allValues(facet) : [...new Set([...chosen, ...counts.keys()])];
  if (options.length < 2 && !chosen.size) return "";
  if (all) options.sort((a, b) => a - b);
  else options.sort((a, b) => chosen.has(b) - chosen.has(a) || (counts.get(b) || 0) - (counts.get(a) || 0) || (say(a) < say(b) ? -1 : 1));
  const open = openFacets.has(facet);
  const shown = open ? options.slice(0, 300) : options.slice(0, Math.max(MOST_OPTIONS, chosen.size));
  const toggle = (value, on) => go({ filter: { ...state.filter, [facet]: on ? [...chosen, value] : [...chosen].filter((v) => v !== value) } });
  return el("fieldset", { "data-facet": facet }, el("legend", {}, title),
    shown.map((v) => check(`${facet}:${v}`, say(v), chosen.has(v), (on) => toggle(v, on), counts.get(v) || 0)),
    options.length > shown.length || open
      ? el("button", { class: "link small", "data-keep": `more:${facet}`, onclick: () => { open ? openFacets.delete(facet) : openFacets.add(facet); drawFilters(); } },
        open ? "fewer" : `all ${Math.min(options.length, 300)}`) : "");
}

// All values of a short facet that occur at all: they stay in place, with a count of 0 where the other filters leave none.
const valuesOf = new Map();
function allValues(facet) {
  if (!valuesOf.has(facet)) valuesOf.set(facet, [...new Set(statements.flatMap(FACETS[facet].of))]);
  return valuesOf.get(facet);
}

function check(keep, label, on, change, count = null) {
  const box = el("input", { type: "checkbox", "data-keep": keep, onchange: (event) => change(event.target.checked) });
  box.checked = on;
  return el("label", { class: count === 0 ? "none" : null }, box, name(label), count === null ? "" : el("span", { class: "number" }, count.toLocaleString("en")));
}

function drawTimeSlider(f) {
  if (!timeSpan) return "";
  const [least, most] = timeSpan;
  const slider = (which, value) => {
    const input = el("input", { type: "range", min: least, max: most, step: 1, value, "aria-label": which === "from" ? "from day" : "until day", "data-keep": which,
      oninput: (event) => { event.target.closest("fieldset").querySelector(`output.${which}`).textContent = sayDate(isoDay(Number(event.target.value))); },
      onchange: (event) => {
        const day = Number(event.target.value);
        go({ filter: { ...f, [which]: day === (which === "from" ? least : most) ? null : day } });
      } });
    return input;
  };
  const from = f.from ?? least;
  const to = f.to ?? most;
  return el("fieldset", { "data-facet": "time" }, el("legend", {}, "Time"),
    el("div", { class: "small" }, el("output", { class: "from" }, sayDate(isoDay(from))), " to ", el("output", { class: "to" }, sayDate(isoDay(to)))),
    slider("from", from), slider("to", to),
    check("undated", "also undated statements", f.undated, (on) => go({ filter: { ...f, undated: on } })));
}

function drawConfidence(f) {
  return el("fieldset", { "data-facet": "confidence" }, el("legend", {}, "Confidence"),
    el("div", { class: "small" }, "at least ", el("output", {}, `${f.confidence} %`)),
    el("input", { type: "range", min: 0, max: 95, step: 5, value: f.confidence, "aria-label": "least confidence", "data-keep": "confidence",
      oninput: (event) => { event.target.closest("fieldset").querySelector("output").textContent = `${event.target.value} %`; },
      onchange: (event) => go({ filter: { ...f, confidence: Number(event.target.value) } }) }));
}
