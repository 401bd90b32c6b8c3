// The query page: completion of prefixes, properties and classes; the answer as a table. Nothing is asked of other servers.
"use strict";

const field = document.getElementById("query"), list = document.getElementById("words"), state = document.getElementById("state");
const answer = document.getElementById("answer"), stored = document.getElementById("stored");
let words = [], prefixes = {}, shown = [], chosen = -1, asking = null;

/** Return the IRI shortened by the known prefixes. */
function short(iri) {
  for (const [prefix, space] of Object.entries(prefixes)) {
    const local = iri.slice(space.length);
    if (iri.startsWith(space) && /^[A-Za-z0-9_-]+$/.test(local)) return `${prefix}:${local}`;
  }
  return `<${iri}>`;
}

async function loadWords() {
  const reply = await fetch("/api/words");
  if (!reply.ok) return;
  const found = await reply.json();
  prefixes = found.prefixes;
  words = [...found.properties.map(([iri, label]) => [short(iri), label]), ...found.classes.map((iri) => [short(iri), "class"]),
    ...["rdf:type", "rdf:subject", "rdf:predicate", "rdf:object", "rdfs:label", "skos:altLabel", "prov:wasDerivedFrom", "nif:anchorOf",
      "schema:headline", "schema:datePublished", "schema:publisher"].map((name) => [name, ""]),
    ..."SELECT CONSTRUCT DESCRIBE ASK WHERE FILTER OPTIONAL UNION GRAPH VALUES BIND ORDER GROUP LIMIT OFFSET DISTINCT COUNT".split(" ").map((word) => [word, "keyword"])];
}

function wordBefore() {
  const before = field.value.slice(0, field.selectionStart);
  return /[\w:<-]*$/.exec(before)[0];
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
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(place === chosen));
    item.append(name, " ");
    const small = document.createElement("small");
    small.textContent = label;
    item.append(small);
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
    return item;
  }));
  const line = field.value.slice(0, field.selectionStart).split("\n").length;
  list.style.top = `${Math.min(line * 1.33 + 0.6, 17)}rem`;
}

function take(place) {
  const typed = wordBefore(), start = field.selectionStart - typed.length;
  field.setRangeText(shown[place][0] + " ", start, field.selectionStart, "end");
  shown = [];
  drawWords();
  field.focus();
}

function link(iri) {
  const node = document.createElement("a");
  node.textContent = short(iri);
  const base = (prefixes.e || "").replace(/entity\/$/, "");
  if (base && iri.startsWith(base)) node.href = "/" + iri.slice(base.length).split("/").map(encodeURIComponent).join("/").replace(/%23/g, "#").replace(/%3D/g, "=").replace(/%2C/g, ",");
  else if (/^https?:/.test(iri)) node.href = iri;
  node.rel = "noreferrer";
  return node;
}

function table(columns, rows) {
  const made = document.createElement("table"), head = made.createTHead().insertRow(), body = made.createTBody();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.textContent = column;
    head.append(cell);
  }
  for (const row of rows.slice(0, 2000)) {
    const line = body.insertRow();
    for (const column of columns) {
      const cell = line.insertCell(), value = row[column];
      if (value) cell.append(value.type === "uri" ? link(value.value) : value.value);
    }
  }
  answer.replaceChildren(made);
}

async function ask(event) {
  if (event) event.preventDefault();
  if (asking) asking.abort();
  asking = new AbortController();
  state.textContent = "Asking …";
  answer.replaceChildren();
  const started = performance.now();
  try {
    const reply = await fetch("/sparql", { method: "POST", signal: asking.signal, body: field.value,
      headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json, text/turtle;q=0.9" } });
    const text = await reply.text();
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    if (!reply.ok) {
      state.textContent = text.startsWith("{") ? JSON.parse(text).detail : text;
    } else if ((reply.headers.get("Content-Type") || "").includes("turtle")) {
      const shownText = document.createElement("pre");
      shownText.textContent = text;
      answer.replaceChildren(shownText);
      state.textContent = `A graph, in ${seconds} s`;
    } else {
      const found = JSON.parse(text);
      if ("boolean" in found) state.textContent = found.boolean ? "Yes" : "No";
      else {
        table(found.head.vars, found.results.bindings);
        const rows = found.results.bindings.length;
        state.textContent = `${rows} ${rows === 1 ? "row" : "rows"} in ${seconds} s${rows > 2000 ? ", the first 2,000 shown" : ""}`;
      }
    }
  } catch (problem) {
    if (problem.name !== "AbortError") state.textContent = `No answer: ${problem.message}`;
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
document.getElementById("ask").addEventListener("submit", ask);
stored.addEventListener("change", () => { if (stored.value) field.value = stored.value; });
document.getElementById("draw").addEventListener("click", (event) => {
  event.currentTarget.href = `/graph?query=${encodeURIComponent(field.value)}`;
});
for (const anchor of document.querySelectorAll("[data-format]")) {
  anchor.addEventListener("click", () => {
    anchor.href = `/sparql?format=${anchor.dataset.format}&query=${encodeURIComponent(field.value)}`;
  });
}
if (!field.value) field.value = "SELECT ?who ?what ?whom WHERE {\n  ?s rdf:subject/rdfs:label ?who ; rdf:predicate/rdfs:label ?what ; rdf:object/rdfs:label ?whom .\n}\nLIMIT 50";
loadWords();
