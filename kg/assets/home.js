// What the panel shows when nothing is chosen: who did what, who matters, what is claimed, disputed, told more than once.

function drawHome() {
  const people = drawn.members.slice().sort((a, b) => a - b).slice(0, 12);
  const groups = raw.communities.map(([label, size], id) => ({ id, label, size })).filter((g) => g.size > 2).slice(0, 8);
  const claimed = statements.filter((s) => passes(s) && s.status === 1);
  const speakers = countBy(claimed.filter((s) => s.speaker >= 0), (s) => s.speaker).slice(0, 5);
  const disputed = disputes.filter(isDisputed);
  const happened = events.filter((e) => e.statements.some(passes) || !e.statements.length);
  const filtered = isFiltered(state.filter);
  const matching = filtered ? statements.filter(passes).sort((a, b) => weightOf(a) - weightOf(b) || a.id - b.id) : [];
  return [
    el("h2", {}, matching.length ? "What matches the filters" : "What matters here"),
    articles.length === 1 && !filtered ? el("div", { class: "actions" }, el("button", { onclick: () => go({ show: ["article", 0] }) }, "Read the article")) : "",
    el("p", { class: "facts" }, matching.length ? plural(matching.length, "statement") : "Click a name or a line to read the sentences behind it. Double-click a name to bring in its neighbours."),
    leftOut(),
    matching.length ? drawStatements(matching, 10) : "",
    filtered ? "" : drawMainFacts(),
    people.length ? [heading("Who and what matters most"), el("ol", { class: "ranked" }, people.map((id) => el("li", {}, symbol(entities[id].family), el("span", {}, entityLink(id), describe(id)), el("span", { class: "number", title: plural(entities[id].statements.length, "statement") }, entities[id].statements.length.toLocaleString("en")))))] : el("p", {}, "Nothing matches the filters."),
    speakers.length ? [heading("Who claims most"), el("ol", { class: "ranked" }, speakers.map(([id, n]) => el("li", {}, symbol(entities[id].family), entityLink(id), el("span", { class: "number" }, plural(n, "claim"))))),
      filtered ? "" : el("button", { class: "link", onclick: () => go({ filter: { ...emptyFilter(), status: ["1"] } }) }, `Read all ${plural(claimed.length, "claim")}`)] : "",
    disputed.length ? [heading("Disputed"), el("p", {}, el("button", { class: "link", onclick: () => go({ show: ["disputed"] }) }, `${plural(disputed.length, "question")} on which what is said differs`))] : "",
    happened.length ? [heading("Events told more than once", happened.length), expandable(happened, 6, (e) => el("div", { class: "row" }, eventLink(e), el("span", { class: "number" }, eventFacts(e))))] : "",
    groups.length > 1 ? [heading("Groups"), el("ol", { class: "ranked" }, groups.map((g) => el("li", {}, el("button", { class: "link", onclick: () => go({ show: ["community", g.id] }) }, name(g.label)), el("span", { class: "number" }, g.size))))] : "",
    heading("Articles", articles.length),
    expandable(articles.filter((a) => a.statements.some(passes)).sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : a.id - b.id)), 8, (a) => el("div", { class: "statement" }, articleLink(a), el("div", { class: "from" }, articleFacts(a)))),
    raw.unsure ? el("p", { class: "facts" }, `${plural(raw.unsure, "statement")} too unsure to show ${raw.unsure === 1 ? "was" : "were"} left out of the graph.`) : "",
  ].flat();
}

// Who did what to whom, in a line each: statements between those that matter most, no pair twice, nobody more than four times.
function drawMainFacts() {
  const seen = new Map();
  const list = [];
  const pairs = new Set();
  const candidates = statements.filter((s) => passes(s) && s.object !== s.subject && s.status < 2 && (typeof s.object === "number" || /(?:decimal|integer|boolean|duration|money)$/i.test(s.object[1])))
    .sort((a, b) => mainness(b) - mainness(a) || a.id - b.id);
  for (const s of candidates) {
    const ends = endsOf(s);
    const pair = ends.length > 1 ? [...ends].sort((a, b) => a - b).join() : `${s.subject} ${s.relation}`;
    if (pairs.has(pair) || ends.some((id) => (seen.get(id) || 0) > 3)) continue;
    pairs.add(pair);
    for (const id of ends) seen.set(id, (seen.get(id) || 0) + 1);
    list.push(s);
    if (list.length === 8) break;
  }
  return list.length > 1 ? [heading("Who did what"), el("ul", { class: "main" }, list.map((s) => el("li", {}, sayShort(s))))] : "";
}

// High between two that have names and of whom much is said, by many; lower where the ontology has no relation for it ("take to").
function mainness(s) {
  const ends = endsOf(s).map((id) => entities[id]);
  const support = ends.map((e) => e.statements.length).sort((a, b) => a - b);
  const known = (e) => (e.named ? 1.4 : isVague(e) ? 0.6 : 1);
  const own = raw.relations[s.relation][0].includes("/open/") ? 0.6 : 1;
  return Math.log2(1 + (ends.length > 1 ? support[0] : 0) + support.at(-1) / 4) * known(ends[0]) * (ends[1] ? known(ends[1]) : 1) * own * (s.status ? 0.8 : 1) * (1 + s.voices / 4) * (0.5 + s.confidence / 200);
}

// A statement in one line; its relation opens the sentences.
function sayShort(s) {
  const said = s.status === 1 ? ` (claimed${s.speaker >= 0 ? ` by ${entities[s.speaker].label}` : ""})` : "";
  return [entityLink(s.subject), " ", el("button", { class: `link relation${s.negative ? " negative" : ""}`, title: "Read the sentences", onclick: () => go({ show: typeof s.object === "number" ? ["pair", s.subject, s.object] : ["article", s.article, s.id] }) }, s.negative ? "not: " : "", name(relationLabel(s))), " ",
    typeof s.object === "number" ? entityLink(s.object) : name(sayValue(s.object)), el("span", { class: "soft small" }, name(said), s.when ? `, ${sayDate(s.when[0])}` : "")];
}

// What is said of two that matter comes before what is said of one; a statement's place is its less important end's.
const weightOf = (s) => Math.max(s.subject, typeof s.object === "number" ? s.object : s.subject) + (typeof s.object === "number" ? 0 : entities.length);

function leftOut() {
  const entitiesLeft = raw.all.entities - entities.length;
  const statementsLeft = raw.all.statements - statements.length;
  if (entitiesLeft <= 0 && statementsLeft <= 0) return "";
  return el("p", { class: "facts" }, "The graph is larger than one page carries: ", [entitiesLeft > 0 ? plural(entitiesLeft, "entity", "entities") : "", statementsLeft > 0 ? plural(statementsLeft, "statement") : ""].filter(Boolean).join(" and "), " of least weight are not in this file; ", el("code", {}, "kg serve"), " shows them.");
}
