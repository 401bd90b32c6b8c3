// The panel at the right: an entity's card, a pair, a group, a stretch of time; home.js has what it shows when nothing is chosen.

const SHOWN_AT_FIRST = 4;
const POSITIONS = /[#/](position|occupation|jobTitle|holdsPosition|memberType)$/i;

function drawPanel() {
  const [kind, ...ids] = state.show;
  const draw = { entity: drawCard, pair: drawPair, article: drawArticle, community: drawCommunity, time: drawPeriod, disputed: drawDisputed, event: drawEvent, words: drawWords }[kind];
  const panel = byId("panel");
  panel.replaceChildren(...[draw ? draw(...ids) : state.view === "path" ? drawPath() : drawHome()].flat(Infinity).filter(Boolean));
  panel.scrollTop = 0;
}

const entityLink = (id) => el("button", { class: "link", onclick: () => go({ show: ["entity", id] }) }, name(entities[id].label));
const heading = (text, count) => el("h3", {}, name(text), count === undefined ? "" : el("span", { class: "number" }, count.toLocaleString("en")));

function countBy(list, key) {
  const counts = new Map();
  for (const item of list) counts.set(key(item), (counts.get(key(item)) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

// The first few of a list, and a button that shows as many again.
function expandable(list, most, draw) {
  const box = el("div", {}, list.slice(0, most).map(draw));
  let shown = most;
  if (list.length <= most) return box;
  const more = el("button", { class: "small", onclick: () => {
    more.before(...list.slice(shown, shown + 50).map(draw));
    shown += 50;
    more.textContent = `${(list.length - shown).toLocaleString("en")} more`;
    if (shown >= list.length) more.remove();
  } }, `${(list.length - most).toLocaleString("en")} more`);
  box.append(more);
  return box;
}

// --- card of an entity ---------------------------------------------------------------------------------------------------------

function drawCard(id) {
  const entity = entities[id];
  const list = entity.statements.filter(passes);
  const positions = positionsOf(id);
  const groups = new Map();
  for (const s of list) {
    const key = s.speaker === id && s.subject !== id && s.object !== id ? "as speaker" : `${s.subject === id ? "" : "← "}${relationLabel(s)}`;
    groups.set(key, [...(groups.get(key) || []), s]);
  }
  // first what links two entities, then what is said of this one alone, then its own words; of each, what is told most
  const rank = ([key, [s]]) => (key === "as speaker" || /[#/]said$/.test(raw.relations[s.relation][0]) ? 3 : POSITIONS.test(raw.relations[s.relation][0]) ? 2 : typeof s.object === "number" ? 0 : 1);
  const order = [...groups].sort((a, b) => rank(a) - rank(b) || b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const sections = order.map(([key, group]) => el("section", {}, heading(key === "as speaker" ? "says of others" : key, group.length), drawStatements(inTimeOrder(group), SHOWN_AT_FIRST)));
  return [
    el("h2", {}, symbol(entity.family, 17), name(entity.label)),
    el("p", { class: "facts" }, [typeLabel(entity), ...positions.slice(0, 4)].flatMap((t, i) => [i ? " · " : "", name(t)])),
    entity.aliases.length ? el("p", { class: "facts" }, "also: ", entity.aliases.flatMap((a, i) => [i ? ", " : "", name(a)])) : "",
    entity.links.length ? el("ul", { class: "facts links" }, entity.links.map(drawLink)) : "",
    cardActions(id),
    drawYears(id, list),
    entity.events.length ? [heading("Events", entity.events.length), expandable(entity.events, SHOWN_AT_FIRST, (e) => el("div", { class: "row" }, eventLink(e), el("span", { class: "number" }, eventFacts(e))))] : "",
    list.length ? "" : el("p", {}, entity.statements.length ? "The filters hide all that is said of this one." : "No statements."),
    order.length > 3 ? el("p", { class: "facts contents" }, order.slice(0, 14).flatMap(([key, group], i) => [i ? " · " : "", el("button", { class: "link", onclick: () => sections[i].scrollIntoView({ block: "start" }) }, name(key === "as speaker" ? "says of others" : key), group.length > 1 ? ` ${group.length}` : "")])) : "",
    expandable(sections, 25, (section) => section),
  ].flat();
}

// What somebody is, in a word or two.
function describe(id) {
  const [first] = positionsOf(id);
  return first ? el("span", { class: "soft small" }, " ", name(flatten(first, 40))) : "";
}

// Positions and occupations, the most told first, without those that another one says more exactly ("executive", "chief executive").
function positionsOf(id) {
  const told = countBy(entities[id].statements.filter((s) => s.subject === id && !s.negative && POSITIONS.test(raw.relations[s.relation][0])), (s) => objectText(s.object));
  const folded = told.map(([text]) => fold(text));
  return told.map(([text]) => text).filter((_, i) => !folded.some((other, k) => k !== i && (other.endsWith(` ${folded[i]}`) || other === `former ${folded[i]}` || (other === folded[i] && k < i))));
}

function cardActions(id) {
  const around = (hops) => el("button", { "aria-pressed": String(state.view === "ego" && state.focus === id && state.hops === hops),
    onclick: () => go({ view: "ego", focus: id, hops, more: [], show: ["entity", id] }) }, hops === 1 ? "Only its neighbours" : "2 steps around");
  const target = el("input", { type: "search", list: "names", placeholder: "Path to …", "aria-label": `Path from ${entities[id].label} to`, size: 12,
    onchange: (event) => {
      const other = findEntity(event.target.value);
      if (other !== null && other !== id) go({ view: "path", focus: id, to: other, more: [], show: [] });
    } });
  const here = drawn.members.includes(id);
  return el("div", { class: "actions" },
    el("button", { onclick: () => go({ more: here && state.more.includes(id) ? state.more.filter((m) => m !== id) : [...state.more, id] }) }, state.more.includes(id) ? "Take neighbours away" : here ? "Bring in neighbours" : "Show in the picture"),
    around(1), around(2), target,
    raw.served ? el("a", { class: "small", href: `/graph?entity=${encodeURIComponent(entities[id].iri)}` }, "All its neighbours in the graph") : "");
}

// The years of what is dated, each a button that opens it.
function drawYears(id, list) {
  const dated = list.filter((s) => s.days && s.days[1] - s.days[0] < 400);
  const years = [...new Set(dated.map((s) => isoDay(s.days[0]).slice(0, 4)))].sort().slice(-12);
  const open = (year) => { const [from, to] = dayRange(year); go({ show: ["time", from, to, id] }); };
  return years.length ? el("p", { class: "facts years" }, "in ", years.flatMap((year, i) => [i ? " · " : "", el("button", { class: "link", "aria-label": `What is dated ${year}`, onclick: () => open(year) }, year)])) : "";
}

function outside(link, text) {
  return el("a", { href: link, rel: "noopener noreferrer nofollow", target: "_blank" }, text);
}

// --- statements ---------------------------------------------------------------------------------------------------------------

// Statements that tell one fact stand together: the surest, and a button for the others.
function drawStatements(list, most) {
  const groups = new Map();
  for (const s of list) {
    const key = s.fact < 0 ? `s${s.id}` : `f${s.fact}`;
    groups.set(key, [...(groups.get(key) || []), s]);
  }
  return expandable([...groups.values()], most, (group) => {
    const [first, ...others] = [...group].sort((a, b) => b.confidence - a.confidence || a.id - b.id);
    if (!others.length) return drawStatement(first);
    return el("div", { class: "fact" }, drawStatement(first), el("details", { class: "also" },
      el("summary", {}, `Also told ${others.length === 1 ? "once more" : `${others.length} times more`}`), inTimeOrder(others).map((s) => drawStatement(s))));
  });
}

// --- one statement -------------------------------------------------------------------------------------------------------------

function drawStatement(s, chosen = false) {
  const article = articles[s.article];
  const object = typeof s.object === "number" ? entityLink(s.object) : s.object[1] === "iri" ? name(s.object[0]) : name(sayValue(s.object));
  return el("article", { class: `statement${s.negative ? " negative" : ""}${chosen ? " chosen" : ""}`, "data-statement": s.id },
    el("div", { class: "line" }, entityLink(s.subject), " ", el("span", { class: "relation" }, s.negative ? "not: " : "", name(relationLabel(s))), " ", object),
    drawChips(s),
    spansOf(s).slice(0, 2).map(([start, end]) => drawQuote(article, start, end)),
    el("div", { class: "from" }, articleLink(article, s), el("br"), articleFacts(article)));
}

function drawChips(s) {
  const chips = [];
  if (s.negative) chips.push(el("span", { class: "chip not" }, "✕ negative"));
  if (s.status === 1) {
    chips.push(el("span", { class: "chip claimed" }, "claimed", s.speaker >= 0 ? [" by ", entityLink(s.speaker)] : "", s.cue ? [" (", name(s.cue), ")"] : ""));
  } else {
    chips.push(el("span", { class: `chip ${s.status > 1 ? "planned" : ""}` }, raw.statuses[s.status].toLowerCase()));
    if (s.speaker >= 0) chips.push(el("span", { class: "chip" }, "says ", entityLink(s.speaker)));
  }
  if (s.certainty > 0) chips.push(el("span", { class: "chip" }, raw.certainties[s.certainty].toLowerCase()));
  if (s.since || s.until) chips.push(el("span", { class: "chip" }, "held ", name(sayPeriod(s.since, s.until)), s.whenText ? [" (“", name(s.whenText), "”)"] : ""));
  else if (s.when || s.whenText) chips.push(el("span", { class: "chip" }, name(s.when ? sayDate(s.when[0]) : s.whenText), s.when && s.whenText ? [" (“", name(s.whenText), "”)"] : ""));
  if (s.source >= 0) chips.push(el("span", { class: "chip" }, "reported by ", entityLink(s.source)));
  for (const [relation, value] of s.qualifiers) {
    chips.push(el("span", { class: "chip" }, name(raw.relations[relation][1]), ": ", typeof value === "number" ? entityLink(value) : name(sayValue(value))));
  }
  if (s.voices > 1) chips.push(el("span", { class: "chip agreed" }, `${s.voices} independent sources`));
  if (s.disputed) chips.push(el("button", { class: "chip disputed", onclick: () => go({ show: ["disputed"] }) }, "disputed"));
  if (s.confidence < 100) chips.push(el("span", { class: "soft" }, `${s.confidence} %`));
  return el("div", { class: "chips" }, chips);
}

function spansOf(s) {
  const spans = [];
  for (let i = 0; i < s.spans.length; i += 2) spans.push([s.spans[i], s.spans[i + 1]]);
  return spans;
}

function drawQuote(article, start, end) {
  const quote = cut(article, start, end);
  if (!quote) return "";
  const [a, b, c, d] = around(article, start, end);
  const tidy = (text) => text.replace(/\s+/g, " ");
  return el("blockquote", { class: "quote" }, el("span", { class: "around" }, tidy(cut(article, a, b))), tidy(cut(article, b, start)), el("mark", {}, tidy(quote)), tidy(cut(article, end, c)),
    el("span", { class: "around" }, tidy(cut(article, c, d))));
}

function articleLink(article, s = null) {
  return el("button", { class: "link", onclick: () => go({ show: ["article", article.id, ...(s ? [s.id] : [])] }) }, name(article.title));
}

function articleFacts(article) {
  return [article.publisher ? name(article.publisher) : "", article.date ? sayDate(article.date) : "", article.url ? outside(article.url, "original") : ""]
    .filter(Boolean).flatMap((part, i) => [i ? " · " : "", part]);
}

// --- pairs, groups, times ------------------------------------------------------------------------------------------------------

function drawPair(a, b) {
  const list = (entities[a].near.get(b) || []).filter(passes);
  return [
    el("h2", {}, entityLink(a), el("span", { class: "soft" }, " and "), entityLink(b)),
    el("p", { class: "facts" }, plural(list.length, "statement")),
    drawStatements(inTimeOrder(list), 20),
  ];
}

// The pairs along the shortest paths, step by step.
function drawPath() {
  const { focus, to } = state;
  const steps = distances(focus);
  const pairs = drawn.members.flatMap((a) => drawn.members.filter((b) => steps.get(b) === steps.get(a) + 1 && entities[a].near.has(b)).map((b) => [a, b]))
    .sort((x, y) => steps.get(x[0]) - steps.get(y[0]) || x[0] - y[0] || x[1] - y[1]);
  return [
    el("h2", {}, "From ", entityLink(focus), " to ", entityLink(to)),
    el("p", { class: "facts" }, pairs.length ? `Linked in ${plural(steps.get(to), "step")}` : isFiltered(state.filter) ? "Nothing links them, with the filters as they are." : "No chain of statements links them."),
    pairs.length ? "" : drawTogether(focus, to),
    expandable(pairs, 12, ([a, b]) => el("section", {}, el("h3", {}, entityLink(a), " – ", entityLink(b)),
      drawStatements(inTimeOrder(entities[a].near.get(b).filter(passes)), 2))),
  ].flat();
}

// Where no statements link two, the articles that speak of both.
function drawTogether(a, b) {
  const told = (id) => new Set([...entities[id].statements.map((s) => s.article), ...articles.filter((one) => one.mentions.some((n, i) => i % 3 === 2 && n === id)).map((one) => one.id)]);
  const [one, two] = [told(a), told(b)];
  const both = [...one].filter((n) => two.has(n)).sort((x, y) => x - y);
  return !both.length ? el("p", {}, "No article speaks of both.") : [heading("Both are spoken of in", both.length), both.map((n) => el("div", { class: "statement" }, articleLink(articles[n]), el("div", { class: "from" }, articleFacts(articles[n]))))];
}

function drawCommunity(number) {
  const [label, size] = raw.communities[number];
  const members = entities.filter((e) => e.community === number);
  const collapsed = state.collapsed.includes(number);
  return [
    el("h2", {}, name(label)),
    el("p", { class: "facts" }, `Group of ${plural(size, "entity", "entities")} that are said to have to do with one another`),
    el("div", { class: "actions" },
      el("button", { onclick: () => go({ collapsed: collapsed ? state.collapsed.filter((c) => c !== number) : [...state.collapsed, number] }) }, collapsed ? "Unfold" : "Fold into one"),
      el("button", { onclick: () => go({ view: "community", focus: number, more: [] }) }, "Show only this group")),
    heading("Members", members.length),
    expandable(members, 30, (e) => el("div", {}, symbol(e.family), entityLink(e.id))),
  ];
}

function drawPeriod(from, to, of) {
  const list = scope().filter((s) => s.days && s.days[1] >= from && s.days[0] <= to);  // scope: of one entity at all times
  return [
    el("h2", {}, sayDays(from, to)),
    of === undefined ? "" : el("p", { class: "facts" }, "of ", entityLink(of), " · ", el("button", { class: "link", onclick: () => go({ show: ["time", from, to] }) }, "of all")),
    el("p", { class: "facts" }, plural(list.length, "dated statement")),
    el("div", { class: "actions" }, el("button", { onclick: () => go({ filter: { ...state.filter, from, to, undated: false } }) }, "Show only this time")),
    drawStatements(inTimeOrder(list), 20),
  ];
}

const isDisputed = (dispute) => dispute.sides.flatMap((side) => side.statements).some(passes);

// Each question with its answers, and under each answer who gives it.
function drawDisputed() {
  const title = ([{ answer, statements: [s] }]) => [entities[s.subject].label, relationLabel(s), ["affirmed", "denied"].includes(answer) ? objectText(s.object) : ""].join(" ");
  return [el("h2", {}, "Disputed"), el("p", { class: "facts" }, "What can’t all be true. All of it stays; nothing is decided here."),
    expandable(disputes.filter(isDisputed), 20, ({ why, sides }) => el("section", { class: "dispute" }, heading(title(sides), undefined), el("p", { class: "facts" }, name(why)),
      sides.map(({ answer, statements: list }) => [el("p", { class: "answer" }, name(answer)), drawStatements(list, 3)])))];
}

// Statements whose quotes hold all the words, endings aside.
function withWords(text) {
  const words = stemsOf(text);
  return statements.filter((s) => passes(s) && ((quote) => words.every((word) => quote.includes(word)))(fold(spansOf(s).map(([start, end]) => cut(articles[s.article], start, end)).join(" "))));
}

function drawWords(text) {
  const list = withWords(text).sort((a, b) => weightOf(a) - weightOf(b) || a.id - b.id);
  return [el("h2", {}, "“", name(text), "”"), el("p", { class: "facts" }, `${plural(list.length, "statement")} from sentences with these words`), list.length ? drawStatements(list, 15) : drawRelations()];
}

// The relations most used between two entities, each a button that reads them: where a search finds nothing.
function drawRelations() {
  const used = countBy(statements.filter((s) => passes(s) && typeof s.object === "number" && !raw.relations[s.relation][0].includes("/open/")), (s) => s.relation).slice(0, 24);
  return used.length ? [heading("Told most here"), el("p", { class: "contents" }, used.flatMap(([r, n], i) => [i ? " · " : "", el("button", { class: "link", onclick: () => go({ ...emptyState(), filter: { ...emptyFilter(), relation: [String(r)] } }) }, name(raw.relations[r][1]), ` ${n.toLocaleString("en")}`)]))] : "";
}

// --- events, links, times ------------------------------------------------------------------------------------------------------

const eventLink = (event) => el("button", { class: "link", onclick: () => go({ show: ["event", event.id] }) }, name(event.label));

function eventFacts(event) {
  return [raw.types[event.type][1], event.when.length ? sayDate(event.when[0][0]) : "", event.told.length > 1 ? plural(event.told.length, "article") : ""].filter(Boolean).join(" · ");
}

function drawEvent(id) {
  const event = events[id];
  const row = (title, ids) => (ids.length ? [el("dt", {}, title), el("dd", {}, ids.flatMap((other, i) => [i ? ", " : "", entityLink(other)]))] : []);
  return [
    el("h2", {}, name(event.label)),
    el("p", { class: "facts" }, raw.types[event.type][1], event.when.length ? [" · ", event.when.map((v) => sayDate(v[0])).join(", ")] : ""),
    el("dl", { class: "roles" }, row("by", event.agents), row("befell", event.patients), row("with", event.participants), row("in", event.places), row("called", event.nouns.filter((id, i) => event.nouns.findIndex((other) => entities[other].label === entities[id].label) === i))),
    heading("What is said of it", event.statements.filter(passes).length),
    drawStatements(inTimeOrder(event.statements.filter(passes)), 20),
    event.reasons.length ? [heading("Why these tellings are one event"), el("ul", { class: "facts" }, event.reasons.map((reason) => el("li", {}, name(reason))))] : "",
    event.told.length ? [heading("Articles", event.told.length), event.told.map((n) => el("div", { class: "statement" }, articleLink(articles[n]), el("div", { class: "from" }, articleFacts(articles[n]))))] : "",
  ].flat();
}

const RELATIONS = { "owl:sameAs": "same as", "skos:exactMatch": "exactly", "skos:closeMatch": "close to" };

function drawLink([address, source, score, why, relation]) {
  const host = new URL(address).hostname.replace(/^www\./, "");
  const authority = host.endsWith("wikidata.org") ? "Wikidata" : source && source !== "user" ? source : host;
  return el("li", {}, `${RELATIONS[relation] || relation} `, outside(address, `${authority} ${address.split(/[#/]/).filter(Boolean).pop()}`),
    source === "user" ? " · set by hand" : [score < 100 ? ` · ${score} %` : "", why ? [" · ", name(why)] : ""]);
}
