// Reading view: an article's text with its entities and statements highlighted; without the text, its quotes.

function drawArticle(id, chosen = -1) {
  const article = articles[id];
  const list = article.statements.filter(passes);
  const body = article.whole ? drawText(article, list, chosen) : el("p", { class: "facts" }, "The full text is not in this page; the quotes are below.");
  const byPlace = [...list].sort((a, b) => (a.spans[0] ?? 0) - (b.spans[0] ?? 0) || a.id - b.id);
  const shown = byPlace.filter((s) => s.id === chosen);
  if (chosen >= 0) setTimeout(() => document.querySelector("#panel .chosen")?.scrollIntoView({ block: "center" }), 30);
  return [
    el("h2", {}, name(article.title)),
    el("p", { class: "facts" }, articleFacts(article), article.authors.length ? [" · ", article.authors.flatMap((a, i) => [i ? ", " : "", name(a)])] : ""),
    el("div", { class: "actions" }, el("button", { onclick: () => go({ view: "overview", more: [], filter: { ...emptyFilter(), article: [String(id)] } }) }, "Draw only this article")),
    body,
    shown.length ? [heading("The marked statement"), shown.map((s) => drawStatement(s, true))] : "",
    heading(article.whole ? "All statements read from it" : "Statements", byPlace.length),
    expandable(byPlace, 10, (s) => drawStatement(s)),
  ].flat();
}

// A span, not a button: a button's box would keep a name from breaking over two lines and set it apart from its comma.
function drawMention(id, text) {
  const open = (event) => { event.stopPropagation(); event.preventDefault(); go({ show: ["entity", id] }); };
  return el("span", { class: "entity", role: "button", tabindex: 0, title: entities[id].label, onclick: open,
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") open(event); } }, text);
}

// Walks over all the places where something begins or ends; what covers a stretch decides how it is shown.
function drawText(article, list, chosen) {
  const length = article.pieces[0].text.length;
  const said = list.flatMap((s) => spansOf(s).map(([start, end]) => ({ start, end: Math.min(end, length), s }))).filter((x) => x.start < x.end);
  const names = [];
  for (let i = 0; i < article.mentions.length; i += 3) names.push({ start: article.mentions[i], end: article.mentions[i + 1], id: article.mentions[i + 2] });
  const cuts = [...new Set([0, length, ...said.flatMap((x) => [x.start, x.end]), ...names.flatMap((x) => [x.start, x.end])])].filter((c) => c <= length).sort((a, b) => a - b);
  const box = el("div", { class: "text", dir: "auto" });
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [start, end] = [cuts[i], cuts[i + 1]];
    const over = said.filter((x) => x.start <= start && x.end >= end).sort((a, b) => a.end - a.start - (b.end - b.start) || a.s.id - b.s.id);
    const mention = names.find((x) => x.start <= start && x.end >= end);
    let part = cut(article, start, end);
    if (mention) part = drawMention(mention.id, part);
    if (over.length) part = el("mark", { class: `said${over.some((x) => x.s.id === chosen) ? " chosen" : ""}`, title: plural(over.length, "statement"),
      onclick: () => go({ show: ["article", article.id, over[(over.findIndex((x) => x.s.id === chosen) + 1) % over.length].s.id] }) }, part);
    box.append(part);
  }
  return box;
}
