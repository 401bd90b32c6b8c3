// The query page: stored queries with their parameters; completion of prefixes, properties and classes; the answer as a table with names
// instead of IRIs. Nothing is asked of other servers.
"use strict";

const byId = (id) => document.getElementById(id);
const field = byId("query"), list = byId("words"), state = byId("state"), answer = byId("answer"), stored = byId("stored");
const MOST_ROWS = 2000, FIRST = "SELECT ?who ?what ?whom WHERE {\n  ?s rdf:subject ?who ; rdf:predicate ?what ; rdf:object ?whom .\n}\nLIMIT 50";
let words = [], prefixes = {}, queries = [], shown = [], chosen = -1, asking = null, names = {}, last = null;

/** Return the IRI shortened by the known prefixes. */
function short(iri) {
  for (const [prefix, space] of Object.entries(prefixes)) {
    const local = iri.slice(space.length);
    if (iri.startsWith(space) && /^[A-Za-z0-9_-]+$/.test(local)) return `${prefix}:${local}`;
  }
  return `<${iri}>`;
}

async function json(path) {
  const reply = await fetch(path);
  const found = await reply.json();
  if (!reply.ok) throw new Error(found.detail || reply.statusText);
  return found;
}

async function loadWords() {
  const found = await json("/api/words");
  prefixes = found.prefixes;
  words = [...found.properties.map(([iri, label]) => [short(iri), label]), ...found.classes.map((iri) => [short(iri), "class"]),
    ...["rdf:type", "rdf:subject", "rdf:predicate", "rdf:object", "rdfs:label", "skos:altLabel", "prov:wasDerivedFrom", "nif:anchorOf",
      "schema:headline", "schema:datePublished", "schema:publisher"].map((name) => [name, ""]),
    ..."SELECT CONSTRUCT DESCRIBE ASK WHERE FILTER OPTIONAL UNION GRAPH VALUES BIND ORDER GROUP LIMIT OFFSET DISTINCT COUNT".split(" ").map((word) => [word, "keyword"])];
}

// --- completion ---

function wordBefore() {
  return /[\w:<-]*$/.exec(field.value.slice(0, field.selectionStart))[0];
}

function complete() {
  const typed = wordBefore().toLowerCase();
  shown = typed.length < 2 ? [] : words.filter(([name, label]) => {
    const low = name.toLowerCase();
    return low !== typed && (low.startsWith(typed) || low.split(":").pop().startsWith(typed) || label.toLowerCase().startsWith(typed));
  }).slice(0, 30);
  chosen = shown.length ? 0 : -1;
  drawWords();
}

function drawWords() {
  list.hidden = !shown.length;
  list.replaceChildren(...shown.map(([name, label], place) => {
    const item = document.createElement("li"), small = document.createElement("small");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === chosen));
    small.textContent = label === name.split(":").pop() ? "" : label;
    item.append(name, " ", small);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
    return item;
  }));
  if (!shown.length) return;
  list.children[chosen].scrollIntoView({ block: "nearest" });
  const lines = field.value.slice(0, field.selectionStart).split("\n"), style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const left = parseFloat(style.paddingLeft) + pen.measureText(lines.pop().slice(0, -wordBefore().length)).width - field.scrollLeft;
  list.style.top = `${parseFloat(style.paddingTop) + (lines.length + 1) * parseFloat(style.lineHeight) - field.scrollTop + 4}px`;
  list.style.left = `${Math.max(0, Math.min(left, field.clientWidth - list.offsetWidth))}px`;
}

function take(place) {
  const typed = wordBefore(), start = field.selectionStart - typed.length;
  field.setRangeText(shown[place][0] + " ", start, field.selectionStart, "end");
  shown = [];
  drawWords();
  field.focus();
}

// --- stored queries ---

/** Show the stored query chosen, and a field for each of its parameters. */
function choose() {
  const query = queries.find((one) => one.name === stored.value);
  byId("parameters").replaceChildren(...Object.entries(query ? query.parameters : {}).map(([name, parameter]) => {
    const label = document.createElement("label"), input = document.createElement("input");
    label.append(`${name}: ${parameter.description}`, input);
    input.name = name;
    input.required = parameter.description.endsWith("required");
    if (parameter.kind === "date") input.placeholder = "2024-07-01";
    if (parameter.kind === "entity" || parameter.kind === "property") input.append(suggestions(input, parameter.kind));
    return label;
  }));
  if (query) field.value = query.text;
}

/** Offer names of entities or properties while one is typed. */
function suggestions(input, kind) {
  const names = document.createElement("datalist");
  names.id = `names-${input.name}`;
  input.setAttribute("list", names.id);
  const offer = (all) => names.replaceChildren(...[...new Set(all)].map((name) => new Option(name)));
  if (kind === "property") offer(words.filter(([name, label]) => label && name.includes(":") && label !== "class").map(([, label]) => label));
  else input.addEventListener("input", async () => {
    const typed = input.value;
    const found = await json(`/api/entities?limit=20&q=${encodeURIComponent(typed)}`).catch(() => []);
    if (typed === input.value) offer(found.map((one) => one.label));
  });
  byId("parameters").append(names);
  return names;
}

/** Return the query with the terms that the fields stand for in the places kept for them. */
async function filled(text) {
  const query = queries.find((one) => one.name === stored.value);
  for (const input of byId("parameters").querySelectorAll("input")) {
    const { kind } = query.parameters[input.name], value = input.value.trim(), place = `VALUES ?${input.name} { UNDEF }`;
    if (!value || !text.includes(place)) continue;
    let terms = [JSON.stringify(value)];
    if (kind === "date") terms = [`${terms[0]}^^xsd:date`];
    if (kind === "word") terms = [`kg:${value[0].toUpperCase()}${value.slice(1).replace(/\W/g, "")}`];
    if (kind === "entity") terms = (await json(`/api/entity?limit=1&name=${encodeURIComponent(value)}`)).map((one) => `<${one.iri}>`);
    if (kind === "property") {
      terms = words.filter(([name, label]) => name.includes(":") && (label === value || name === value || name === `kg:${value}`)).map(([name]) => name);
      if (!terms.length) throw new Error(`no property in the graph is called ${value}`);
    }
    text = text.replaceAll(place, () => `VALUES ?${input.name} { ${terms.join(" ")} }`).replaceAll(`kg:search ?${input.name} `, () => `kg:search ${terms[0]} `);
  }
  return text;
}

// --- the answer ---

function link(iri) {
  const node = document.createElement("a");
  node.textContent = !byId("iris").checked && names[iri] || short(iri);
  node.title = iri;
  const base = (prefixes.e || "").replace(/entity\/$/, "");
  if (base && iri.startsWith(base)) node.href = "/" + iri.slice(base.length).split("/").map(encodeURIComponent).join("/").replace(/%23/g, "#").replace(/%3D/g, "=").replace(/%2C/g, ",");
  else if (/^https?:/.test(iri) && !iri.startsWith(prefixes.kg)) node.href = iri;
  node.rel = "noreferrer";
  return node;
}

function drawTable() {
  if (!last) return;
  const made = document.createElement("table"), head = made.createTHead().insertRow(), body = made.createTBody();
  for (const column of last.columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = column;
    head.append(cell);
  }
  for (const row of last.rows) {
    const line = body.insertRow();
    for (const column of last.columns) {
      const cell = line.insertCell(), value = row[column];
      if (value) cell.append(value.type === "uri" ? link(value.value) : value.value);
    }
  }
  answer.replaceChildren(made);
}

/** Learn the names of what is in the table: labels, or the words of a piece of evidence. */
async function learnNames() {
  const iris = [...new Set(last.rows.flatMap((row) => Object.values(row)).filter((one) => one.type === "uri").map((one) => one.value))]
    .filter((iri) => !(iri in names));
  for (let start = 0; start < iris.length; start += 500) {
    const some = iris.slice(start, start + 500).map((iri) => `<${iri}>`).join(" ");
    const reply = await send(`SELECT ?x (MIN(?l) AS ?name) { VALUES ?x { ${some} } ?x rdfs:label|nif:anchorOf ?l } GROUP BY ?x`);
    if (!reply.ok) return;
    for (const row of (await reply.json()).results.bindings) names[row.x.value] = row.name.value;
  }
}

function send(query, signal) {
  return fetch("/sparql", { method: "POST", signal, body: query,
    headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json, text/turtle;q=0.9" } });
}

function tell(text, wrong) {
  state.textContent = text;
  state.classList.toggle("wrong", Boolean(wrong));
  const place = wrong && /in line (\d+), column (\d+)/.exec(text);
  if (!place) return;
  const lines = field.value.split("\n"), start = lines.slice(0, place[1] - 1).join("\n").length + (place[1] > 1) + place[2] - 1;
  field.focus();
  field.setSelectionRange(Math.min(start, field.value.length), Math.min(start + 1, field.value.length));
}

async function ask(event) {
  if (event) event.preventDefault();
  if (asking) asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  if (!byId("ask").reportValidity()) return;
  tell("Asking …");
  answer.replaceChildren();
  last = null;
  const started = performance.now();
  try {
    field.value = await filled(field.value);
    if (field.value.length < 4000) history.replaceState(null, "", `/query?query=${encodeURIComponent(field.value)}`);
    const reply = await send(field.value, signal), text = await reply.text();
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    if (!reply.ok) {
      tell(text.startsWith("{") ? JSON.parse(text).detail : text, true);
    } else if ((reply.headers.get("Content-Type") || "").includes("turtle")) {
      const shownText = document.createElement("pre");
      shownText.textContent = text;
      answer.replaceChildren(shownText);
      tell(`A graph, in ${seconds} s`);
    } else {
      const found = JSON.parse(text);
      if ("boolean" in found) return void tell(found.boolean ? "Yes" : "No");
      const rows = found.results.bindings;
      last = { columns: found.head.vars, rows: rows.slice(0, MOST_ROWS) };
      drawTable();
      tell(`${rows.length} ${rows.length === 1 ? "row" : "rows"} in ${seconds} s${rows.length > MOST_ROWS ? `, the first ${MOST_ROWS} shown` : ""}`);
      await learnNames();
      drawTable();
    }
  } catch (problem) {
    if (problem.name !== "AbortError") tell(`No answer: ${problem.message}`, true);
  }
}

field.addEventListener("input", complete);
field.addEventListener("blur", () => { shown = []; drawWords(); });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return void ask(event);
  if (!shown.length) return undefined;
  if (event.key === "Tab") { event.preventDefault(); take(chosen); }
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
    drawWords();
  } else if (event.key === "Escape") { shown = []; drawWords(); }
  return undefined;
});
byId("ask").addEventListener("submit", ask);
byId("iris").addEventListener("change", drawTable);
stored.addEventListener("change", () => { choose(); if (stored.value && !byId("parameters").querySelector("[required]")) ask(); });
byId("draw").addEventListener("click", (event) => {
  event.currentTarget.href = `/graph?query=${encodeURIComponent(field.value)}`;
});
for (const anchor of document.querySelectorAll("[data-format]")) {
  anchor.addEventListener("click", () => {
    anchor.href = `/sparql?format=${anchor.dataset.format}&query=${encodeURIComponent(field.value)}`;
  });
}

async function start() {
  const given = field.value, wanted = stored.dataset.asked;
  if (!given) field.value = FIRST;
  try {
    [queries] = await Promise.all([json("/api/queries"), loadWords()]);
  } catch (problem) {
    return tell(`No stored queries and completions: ${problem.message}`, true);
  }
  if (wanted && queries.some((one) => one.name === wanted)) {
    stored.value = wanted;
    stored.dispatchEvent(new Event("change"));
  } else if (given) ask();
  return undefined;
}
start();
