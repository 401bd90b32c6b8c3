// The search box: names, relations, words of sentences, and questions (two names, a name and a year).

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let folded = null;

// Entities whose name or other name holds all the words; names that begin with them first, then the more important ones.
function searchEntities(query, most = 12) {
  folded ??= entities.map((e) => [e.label, ...e.aliases].map(fold));
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  folded.forEach((names, id) => {
    const hits = names.filter((n) => words.every((w) => n.includes(w)));
    if (hits.length) found.push([hits.some((n) => n === words.join(" ")) ? 0 : hits.some((n) => n.startsWith(words[0])) ? 1 : hits.some((n) => n.includes(` ${words[0]}`)) ? 2 : 3, id]);
  });
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map(([, id]) => id);
}

// Relations whose words begin as all the words asked for do, endings aside ("accuse" finds "accused of"), the most used first.
function searchRelations(query) {
  const words = stemsOf(query);
  if (!words.length) return [];
  const found = raw.relations.map(([, label], relation) => ({ relation, parts: fold(label).split(/\s+/) }))
    .filter(({ parts }) => words.every((word) => parts.some((part) => part.startsWith(word)))).map(({ relation }) => relation);
  const uses = new Map(countBy(statements, (s) => s.relation));
  return found.filter((relation) => uses.has(relation)).sort((a, b) => uses.get(b) - uses.get(a) || a - b).slice(0, 30);
}

const QUESTION_WORDS = new Set("who whom whose what which when where how did does has have been was were are the for and from with".split(" "));  // "who is accused of what"
const stemsOf = (text) => fold(text).split(/[\s,?!.]+/).filter((word) => word.length > 2 && !QUESTION_WORDS.has(word)).map((word) => word.replace(word.length > 4 ? /(?:ing|ed|es|e|s)$/ : /s$/, ""));

// Questions that a search can be: "A and B" (how are they connected?), "A 2024" (what happened to A in that year?).
function questionsIn(query) {
  const [, who, year] = /^(.*\S)[\s,]+(?:in\s+)?((?:1[5-9]|20)\d\d)$/i.exec(query.trim()) || [];
  const one = who ? findEntity(who) : null;
  const pairs = query.split(/\s+(?:and|&|to|with)\s+|\s*[,–]\s*/i).filter(Boolean);
  const [a, b] = pairs.length === 2 ? pairs.map(findEntity) : [null, null];
  return [
    one === null ? null : { id: "found-year", words: [name(entities[one].label), ` in ${year}`], change: { show: ["time", ...dayRange(year), one], ...(drawn.members.includes(one) ? {} : { more: [...state.more, one] }) } },
    a === null || b === null || a === b ? null : { id: "found-path", words: ["How ", name(entities[a].label), " and ", name(entities[b].label), " are connected"], change: { view: "path", focus: a, to: b, more: [], show: [] } },
  ].filter(Boolean);
}

const findEntity = (text) => searchEntities(text, 1)[0] ?? null;

function setUpSearch() {
  const box = byId("search");
  const list = byId("found");
  let active = -1;
  const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); active = -1; };
  const pick = (id) => {
    close();
    box.value = "";
    go({ show: ["entity", id], ...(drawn.members.includes(id) ? {} : { more: [...state.more, id] }) });
  };
  const read = (relations) => {
    close();
    box.value = "";
    go({ ...emptyState(), filter: { ...emptyFilter(), relation: relations.map(String) } });
  };
  const wholeGraph = () => location.assign(`/search?q=${encodeURIComponent(box.value.trim())}`);  // of a served page: see kg/server/site.py
  const mark = (index) => {
    const items = [...list.children].filter((item) => item.id);
    if (!items.length) return;
    active = (index + items.length) % items.length;
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    items[active].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", items[active].id);
  };
  box.addEventListener("input", () => {
    const relations = searchRelations(box.value);
    const found = searchEntities(box.value, relations.length ? 8 : 12);
    list.replaceChildren(...found.map((id) => el("li", { id: `found-${id}`, role: "option", "aria-selected": "false", "data-id": id, onmousedown: (event) => { event.preventDefault(); pick(id); } },
      el("span", {}, symbol(entities[id].family), name(entities[id].label)), el("span", { class: "soft small" }, `${typeLabel(entities[id])} · ${entities[id].statements.length}`))));
    const questions = questionsIn(box.value);
    for (const question of questions) {
      list.prepend(el("li", { id: question.id, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); close(); box.value = ""; go(question.change); } }, el("span", {}, question.words)));
    }
    if (relations.length) {
      const count = statements.filter((s) => relations.includes(s.relation)).length;
      list.append(el("li", { id: "found-relations", role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); read(relations); } },
        el("span", {}, "What is said with ", relations.slice(0, 3).flatMap((r, i) => [i ? ", " : "", el("i", {}, name(raw.relations[r][1]))]), relations.length > 3 ? " …" : ""),
        el("span", { class: "soft small" }, plural(count, "statement"))));
    }
    if (found.length < 8 && !relations.length && !questions.length && stemsOf(box.value).length) {
      const words = box.value.trim();
      list.append(el("li", { id: "found-words", role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); close(); box.value = ""; go({ show: ["words", words] }); } },
        el("span", {}, found.length ? "Sentences with “" : "No entity has this name; sentences with “", name(words), "”")));
    } else if (!raw.served && !found.length && !relations.length && !questions.length && box.value.trim()) list.append(el("li", { class: "soft", role: "option", "aria-selected": "false" }, "No entity has this name"));
    if (raw.served && box.value.trim()) {
      list.append(el("li", { id: "found-server", role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); wholeGraph(); } },
        el("span", {}, "Search the whole graph")));
    }
    list.hidden = !box.value.trim();
    box.setAttribute("aria-expanded", String(!list.hidden));
    if (list.querySelector("[id]")) mark(0);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter" && active >= 0) list.children[active].dispatchEvent(new MouseEvent("mousedown", { cancelable: true }));
    else if (event.key === "Escape") { close(); box.value = ""; }
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
}
