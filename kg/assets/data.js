// The rows that kg/page/view.py wrote, turned into objects, with the links between them.
//
// entity     [iri without raw.base, label, type numbers, family, community, named, aliases, links, statements it is speaker of]; most important first
// link       [address, authority, score in %, reasons, relation]
// article    [id, title, publisher, date, url, [offset, text, ...], whole text?, [start, end, entity, ...], authors]
// statement  [id, subject, relation, object, article, [start, end, ...], status, negative?, confidence in %, certainty, tense,
//             speaker, cue, when, words of when, source, [[relation, object], ...], 1 + fact, from, until]
// fact       [independent voices, articles]
// dispute    [why, [[answer, statements], ...]]
// event      [end of its iri, label, type number, who did it, whom it befell, in what role is not told, places, nouns that name it (entities),
//             literals of its dates, statements, articles, reasons]
// literal    [text, datatype] or, for an IRI that is no entity, [label, "iri", iri]
// An object is an entity's number or -1 - n for literal n; cue, when, words of when, from and until are 1 + n for literal n, 0 for none. Empty cells
// at a row's end are left out.

const raw = JSON.parse(document.getElementById("data").textContent);

const entities = raw.entities.map(
  ([tail, label, types, family, community, named = 0, aliases = [], links = [], said = 0], id) =>
    ({ id, iri: raw.base + tail, label, types, family, community, named, aliases, links, said, statements: [], near: new Map(), events: [] }));

const articles = raw.articles.map(
  ([iri, title, publisher, date, url, pieces, whole = 0, mentions = [], authors = []], id) =>
    ({ id, iri, title, publisher, date, url, pieces: readPieces(pieces), whole, mentions, authors, statements: [] }));

const objectOf = (n) => (n < 0 ? raw.literals[-1 - n] : n);
const textOf = (n) => (n ? raw.literals[n - 1][0] : "");

const statements = raw.statements.map(
  ([iri, subject, relation, object, article, spans, status, negative, confidence, certainty, tense,
    speaker = -1, cue = 0, when = 0, whenText = 0, source = -1, qualifiers = [], fact = 0, since = 0, until = 0], id) =>
    ({ id, iri, subject, relation, object: objectOf(object), article, spans, status, negative, confidence, certainty: certainty || 0,
      tense: tense || 0, speaker, cue: textOf(cue), when: when ? raw.literals[when - 1] : null, whenText: textOf(whenText), source,
      qualifiers: qualifiers.map(([r, value]) => [r, objectOf(value)]), fact: fact - 1, voices: fact ? raw.facts[fact - 1][0] : 1,
      since: since ? raw.literals[since - 1] : null, until: until ? raw.literals[until - 1] : null, disputed: false, days: when ? daysOf(raw.literals[when - 1]) : null }));

const disputes = raw.disputes.map(([why, sides], id) => ({ id, why, sides: sides.map(([answer, list]) => ({ answer, statements: list.map((n) => statements[n]) })) }));
for (const { sides } of disputes) for (const side of sides) for (const s of side.statements) s.disputed = true;

const events = raw.events.map(
  ([key, label, type, agents, patients, participants, places, nouns, when, list, told, reasons], id) =>
    ({ id, key, label, type, agents, patients, participants, places, nouns, when: when.map((n) => raw.literals[n]), statements: list.map((n) => statements[n]), told, reasons }));
for (const event of events) {
  const { agents, patients, participants, places, nouns } = event;
  for (const id of new Set([agents, patients, participants, places, nouns].flat())) entities[id].events.push(event);
}

for (const statement of statements) {
  const { subject, object, speaker } = statement;
  entities[subject].statements.push(statement);
  articles[statement.article].statements.push(statement);
  if (speaker >= 0 && speaker !== subject && speaker !== object) entities[speaker].statements.push(statement);
  if (typeof object !== "number" || object === subject) continue;
  entities[object].statements.push(statement);
  for (const [from, to] of [[subject, object], [object, subject]]) {
    if (!entities[from].near.has(to)) entities[from].near.set(to, []);
    entities[from].near.get(to).push(statement);
  }
}

const keyOf = new Map();  // entity -> its name in the address: the end of its IRI where that is enough
const byKey = new Map();
for (const entity of entities) {
  const tail = entity.iri.split(/[#/]/).filter(Boolean).pop() || entity.iri;
  const key = byKey.has(tail) ? entity.iri : tail;
  keyOf.set(entity.id, key);
  byKey.set(key, entity.id);
}

// Python counts code points, JavaScript UTF-16 units: texts that hold surrogate pairs are kept as arrays of code points.
function readPieces(flat) {
  const pieces = [];
  for (let i = 0; i < flat.length; i += 2) {
    const text = flat[i + 1];
    pieces.push({ start: flat[i], text: /[\ud800-\udfff]/.test(text) ? Array.from(text) : text });
  }
  return pieces;
}

const join = (part) => (Array.isArray(part) ? part.join("") : part);

function cut(article, start, end) {
  const piece = article.pieces.find((p) => p.start <= start && start <= p.start + p.text.length);
  return piece ? join(piece.text.slice(start - piece.start, end - piece.start)) : "";
}

// Where the article's sentences begin: after an end mark (and closing quotes) before a capital or an opening quote, or after an empty
// line; not after initials and common titles ("Mr. Reed", "J. Doe"). Good enough to show what stands around a quote.
function sentenceStarts(article) {
  if (article.starts) return article.starts;
  const piece = article.pieces[0];
  const text = article.whole && piece ? piece.text : "";
  const flat = join(text);
  const starts = [0];
  const boundary = /([^\s]*?[.!?…][”’"')\]]*)\s+(?=[“‘"'(]?[\p{Lu}\d])|\n\s*\n/gu;
  for (const match of flat.matchAll(boundary)) {
    if (match[1] && /^[“‘"'(]?(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Gov|Sen|Rep|Gen|Lt|Col|Sgt|Jr|Sr|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.$/u.test(match[1])) continue;
    starts.push(match.index + match[0].length);
  }
  const units = Array.isArray(text) ? starts.map((s) => Array.from(flat.slice(0, s)).length) : starts;
  article.starts = [...units, text.length];
  return article.starts;
}

// The sentence before, the sentence(s) a stretch stands in, and the one after, as offsets [a, b, c, d]: before is a..b, after c..d.
function around(article, start, end) {
  if (!article.whole) return [start, start, end, end];
  const starts = sentenceStarts(article);
  let first = 0;
  while (first + 1 < starts.length - 1 && starts[first + 1] <= start) first += 1;
  let last = first;
  while (last + 1 < starts.length - 1 && starts[last + 1] < end) last += 1;
  return [starts[Math.max(0, first - 1)], starts[first], starts[last + 1], starts[Math.min(starts.length - 1, last + 2)]];
}

// --- words and elements ----------------------------------------------------------------------------------------------------------

// Text from articles reaches the page only as text nodes and attribute values, never as HTML.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== "" && child !== false));
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
}

const plural = (count, one, many = one + "s") => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
const name = (text) => el("bdi", { class: "name" }, text);

// On the canvas nothing isolates bidirectional text, so its control characters are left out there.
const flatten = (text, most = 34) => {
  const clean = Array.from(text.replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u0000-\u001f]/g, "").trim());
  if (clean.length <= most) return clean.join("");
  const words = clean.slice(0, most).join("").split(" ");  // cut after a word where that loses little
  const last = words.pop();
  return (words.length && last.length < most / 3 ? words.join(" ") : clean.slice(0, most - 1).join("")).replace(/[ ,;:“"'(]+$/, "") + "…";
};

const typeLabel = (entity) => raw.types[entity.types[0]]?.[1] ?? "thing";
const relationLabel = (statement) => raw.relations[statement.relation][1];
const objectText = (object) => (typeof object === "number" ? entities[object].label : sayValue(object));
const sentenceOf = (s) =>
  [entities[s.subject].label, (s.negative ? "not: " : "") + relationLabel(s), objectText(s.object)].filter(Boolean).join(" ");
