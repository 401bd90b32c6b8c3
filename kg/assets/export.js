// Downloads: the picture as PNG or SVG; what is shown (the drawn entities' statements that pass the filters) as Turtle, CSV or GraphML.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const KG = "https://w3id.org/newskg/ontology#";

function download(kind) {
  const makers = { svg: [svgPicture, "image/svg+xml"], ttl: [turtle, "text/turtle"], csv: [csv, "text/csv"], graphml: [graphml, "application/xml"] };
  if (kind === "png") return pngPicture().toBlob((blob) => save(blob, "graph.png"));
  const [make, type] = makers[kind];
  return save(new Blob([make()], { type: `${type};charset=utf-8` }), `graph.${kind}`);
}

function save(blob, filename) {
  const link = el("a", { href: URL.createObjectURL(blob), download: filename });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// What is shown: statements of drawn entities; those between two entities only when both are drawn.
function shownStatements() {
  const within = new Set(drawn.members);
  return statements.filter((s) => passes(s) && within.has(s.subject) && (typeof s.object !== "number" || within.has(s.object)));
}

// --- pictures ------------------------------------------------------------------------------------------------------------------

function pngPicture() {
  const canvas = byId("canvas").querySelector("canvas");
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.fillStyle = palette().paper;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return copy;
}

const forXml = (text) => String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function svgPicture() {
  const colours = palette();
  const { clientWidth: width, clientHeight: height } = byId("canvas");
  const scale = network.getScale();
  const dom = (id) => network.canvasToDOM(asPoint(currentPlace(id)));
  const groups = drawn.groups.map(([group, ids]) => {
    const points = groupOutline(ids).map((p) => network.canvasToDOM(asPoint(p))).map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(" ");
    return `<polygon points="${points}" fill="${GROUP_TINTS[group % GROUP_TINTS.length]}" opacity="${colours.tint}"/>`;
  });
  const edges = drawn.lines.map((edge) => {
    const style = edgeSet.get(edge.id);
    const [a, m, b] = [dom(edge.from), middleOf(edge), dom(edge.to)];
    if (!m) return "";
    const control = { x: 2 * m.x - (a.x + b.x) / 2, y: 2 * m.y - (a.y + b.y) / 2 };
    const dash = style.dashes ? ` stroke-dasharray="${style.dashes.join(" ")}"` : "";
    const angle = Math.atan2(b.y - control.y, b.x - control.x);
    const r = (network.body.nodes[edge.to]?.options.size || 8) * scale + 1;
    const tip = [b.x - Math.cos(angle) * r, b.y - Math.sin(angle) * r];
    const wing = (turn) => `${(tip[0] - Math.cos(angle + turn) * 7).toFixed(1)},${(tip[1] - Math.sin(angle + turn) * 7).toFixed(1)}`;
    const cross = edge.negative ? `<path d="M${m.x - 4} ${m.y - 4}l8 8m0 -8l-8 8" stroke="${colours.negative}" stroke-width="2.4"/>` : "";
    return `<path d="M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${control.x.toFixed(1)} ${control.y.toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}" fill="none" `
      + `stroke="${style.color.color}" stroke-width="${(style.width * scale).toFixed(2)}"${dash}/>${cross}`
      + `<polygon points="${tip.map((v) => v.toFixed(1)).join(",")} ${wing(0.4)} ${wing(-0.4)}" fill="${style.color.color}"/>`;
  });
  const nodes = drawn.nodes.map((id) => {
    const { x, y } = dom(id);
    const { size, color, shape, opacity } = nodeSet.get(id);
    return svgShape(shape, x, y, size * scale, `fill="${color.background}" opacity="${opacity}"`);
  });
  const labels = written.map(({ x, y, tx, ty, text, font, colour, opacity, turn = 0 }) =>
    `<text transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${((turn * 180) / Math.PI).toFixed(1)})" x="${tx.toFixed(1)}" y="${ty}" style="font:${forXml(font)}" `
    + `fill="${colour}" opacity="${opacity}" stroke="${colours.paper}" stroke-width="3" paint-order="stroke">${forXml(text)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`
    + `<rect width="100%" height="100%" fill="${colours.paper}"/>${[...groups, ...edges, ...nodes, ...labels].join("\n")}</svg>\n`;
}

function svgShape(shape, x, y, r, rest) {
  const points = (list) => `<polygon points="${list.map(([dx, dy]) => `${(x + dx * r).toFixed(1)},${(y + dy * r).toFixed(1)}`).join(" ")}" ${rest}/>`;
  if (shape === "square") return points([[-1, -1], [1, -1], [1, 1], [-1, 1]]);
  if (shape === "diamond") return points([[0, -1], [1, 0], [0, 1], [-1, 0]]);
  if (shape === "triangle") return points([[0, -1.1], [1, 0.75], [-1, 0.75]]);
  if (shape === "hexagon") return points([[-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87], [-1, 0]]);
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" ${rest}/>`;
}

// --- data ----------------------------------------------------------------------------------------------------------------------

const forIri = (iri) => `<${iri.replace(/[\u0000-\u0020<>"{}|^`\\]/g, (c) => encodeURIComponent(c).replace(/^[`^|]$/, (x) => `%${x.charCodeAt(0).toString(16)}`))}>`;
const forTurtle = (text) => `"${text.replace(/[\\"\n\r\t]/g, (c) => ({ "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c]).replace(/[\u0000-\u001f\u007f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

function datatypeIri(datatype) {
  if (datatype.startsWith("xsd:")) return XSD + datatype.slice(4);
  if (datatype.startsWith("edtf:")) return `http://id.loc.gov/datatypes/edtf/${datatype.slice(5)}`;
  return datatype;
}

function forTerm(value) {
  if (typeof value === "number") return forIri(entities[value].iri);
  if (value[1] === "iri") return forIri(value[2]);
  return forTurtle(value[0]) + (value[1] && value[1] !== "xsd:string" ? `^^${forIri(datatypeIri(value[1]))}` : "");
}

const statementIri = (s) => (/^[a-z]+:/i.test(s.iri) ? s.iri : `https://w3id.org/newskg/id/statement/${s.iri}`);
const articleIri = (a) => (/^[a-z]+:/i.test(a.iri) ? a.iri : `https://w3id.org/newskg/id/article/${a.iri}`);

// The terms are those of kg's own Turtle; plain triples only for what the article itself asserts.
function turtle() {
  const lines = [`@prefix kg: <${KG}> .`, `@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .`, `@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .`,
    `@prefix prov: <http://www.w3.org/ns/prov#> .`, `@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .`, `@prefix xsd: <${XSD}> .`, ""];
  const list = shownStatements();
  const named = new Set([...drawn.members, ...list.flatMap((s) => [s.speaker, s.source]).filter((id) => id >= 0)]);
  for (const id of [...named].sort((a, b) => a - b)) {
    const e = entities[id];
    lines.push(`${forIri(e.iri)} a ${e.types.map((t) => forIri(KG + raw.types[t][0])).join(", ")} ; rdfs:label ${forTurtle(e.label)} .`);
  }
  for (const s of list) {
    const [subject, property, object] = [forIri(entities[s.subject].iri), forIri(raw.relations[s.relation][0]), forTerm(s.object)];
    if (s.status === 0 && !s.negative && s.certainty === 0 && s.tense !== 2) lines.push(`${subject} ${property} ${object} .`);
    const article = articles[s.article];
    const evidence = spansOf(s).map(([start, end]) => ({ iri: forIri(`${articleIri(article)}#char=${start},${end}`), start, end, text: cut(article, start, end) }));
    lines.push(`${forIri(statementIri(s))} a kg:Statement, rdf:Statement ; rdf:subject ${subject} ; rdf:predicate ${property} ; rdf:object ${object} ;`,
      `    kg:polarity kg:${s.negative ? "Negative" : "Positive"} ; kg:certainty kg:${raw.certainties[s.certainty]} ; kg:tense kg:${raw.tenses[s.tense]} ; kg:status kg:${raw.statuses[s.status]} ;`
      + (s.speaker >= 0 ? ` kg:speaker ${forIri(entities[s.speaker].iri)} ;` : "") + (s.cue ? ` kg:cue ${forTurtle(s.cue)} ;` : "")
      + (s.when ? ` kg:when ${forTerm(s.when)} ;` : "") + (s.whenText ? ` kg:whenText ${forTurtle(s.whenText)} ;` : "")
      + s.qualifiers.map(([relation, value]) => ` ${forIri(raw.relations[relation][0])} ${forTerm(value)} ;`).join(""),
      `    kg:confidence "${(s.confidence / 100).toFixed(2)}"^^xsd:decimal${evidence.length ? ` ; prov:wasDerivedFrom ${evidence.map((e) => e.iri).join(", ")}` : ""} .`);
    for (const e of evidence) lines.push(`${e.iri} nif:beginIndex "${e.start}"^^xsd:nonNegativeInteger ; nif:endIndex "${e.end}"^^xsd:nonNegativeInteger ; nif:anchorOf ${forTurtle(e.text)} .`);
  }
  return lines.join("\n") + "\n";
}

// Cells that a spreadsheet would run as a formula get a quote mark before them.
function csv() {
  const cell = (text) => `"${String(text).replace(/^[=+\-@\t\r]/, "'$&").replace(/"/g, '""')}"`;
  const rows = [["subject", "relation", "object", "status", "polarity", "certainty", "speaker", "cue", "when", "confidence", "article", "publisher", "date", "quote"]];
  for (const s of shownStatements()) {
    const article = articles[s.article];
    rows.push([entities[s.subject].label, relationLabel(s), objectText(s.object), raw.statuses[s.status], s.negative ? "Negative" : "Positive", raw.certainties[s.certainty],
      s.speaker >= 0 ? entities[s.speaker].label : "", s.cue, s.when ? s.when[0] : "", s.confidence / 100, article.title, article.publisher, article.date,
      spansOf(s).map(([start, end]) => cut(article, start, end)).join(" … ")]);
  }
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function graphml() {
  const keys = [["label", "node", "string"], ["type", "node", "string"], ["x", "node", "double"], ["y", "node", "double"], ["relation", "edge", "string"], ["status", "edge", "string"], ["polarity", "edge", "string"], ["when", "edge", "string"], ["weight", "edge", "double"]];
  const datum = (key, value) => `<data key="${key}">${forXml(value)}</data>`;
  const nodes = drawn.members.map((id) => {
    const [x, y] = drawn.places.get(id);
    return `<node id="n${id}">${datum("label", entities[id].label)}${datum("type", typeLabel(entities[id]))}${datum("x", x)}${datum("y", y)}</node>`;
  });
  const edges = shownStatements().filter((s) => typeof s.object === "number").map((s) =>
    `<edge id="e${s.id}" source="n${s.subject}" target="n${s.object}">${datum("relation", relationLabel(s))}${datum("status", raw.statuses[s.status])}${datum("polarity", s.negative ? "Negative" : "Positive")}`
    + `${datum("when", s.when ? s.when[0] : "")}${datum("weight", s.confidence / 100)}</edge>`);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">', ...keys.map(([id, on, type]) => `<key id="${id}" for="${on}" attr.name="${id}" attr.type="${type}"/>`),
    '<graph edgedefault="directed">', ...nodes, ...edges, "</graph>", "</graphml>", ""].join("\n");
}
