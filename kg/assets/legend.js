// What a line or a node is, in words: tips at the mouse, and the legend under the picture.

function showTip(id) {
  const text = groupOf(id) === null ? `${entities[id].label}: ${typeLabel(entities[id])}, ${plural(entities[id].statements.length, "statement")}` : labelOf(id);
  placeTip(text, network.canvasToDOM(asPoint(currentPlace(id))));
}

function showEdgeTip(edge) {
  const full = drawn.edges.find((e) => e.id === edge.id);
  const point = full && middleOf(full);
  if (point) placeTip(`${labelOf(full.from)} ${edgeWords(full)} ${labelOf(full.to)} (${raw.statuses[full.status].toLowerCase()})`, point);
}

function placeTip(text, { x, y }) {
  const tip = byId("tip");
  tip.textContent = text;
  tip.hidden = false;
  tip.style.left = `${Math.max(6, Math.min(x + 14, byId("stage").clientWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(6, y - tip.offsetHeight - 14)}px`;
}

function symbol(family, size = 13) {
  const c = size / 2;
  const shapes = {
    dot: () => svg("circle", { cx: c, cy: c, r: c - 1 }),
    square: () => svg("rect", { x: 1.5, y: 1.5, width: size - 3, height: size - 3 }),
    triangle: () => svg("path", { d: `M${c} 1L${size - 0.5} ${size - 1.5}L0.5 ${size - 1.5}Z` }),
    diamond: () => svg("path", { d: `M${c} 0L${size} ${c}L${c} ${size}L0 ${c}Z` }),
    hexagon: () => svg("path", { d: `M${size * 0.25} 1L${size * 0.75} 1L${size} ${c}L${size * 0.75} ${size - 1}L${size * 0.25} ${size - 1}L0 ${c}Z` }),
  };
  const shape = shapes[SHAPES[family]]();
  shape.setAttribute("fill", COLOURS[family]);
  return svg("svg", { width: size, height: size, viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true", class: "badge" }, shape);
}

function drawLegend() {
  const colours = palette();
  const families = [...new Set(drawn.members.map((id) => entities[id].family))].sort((a, b) => a - b);
  const line = (dash, negative) => {
    const colour = negative ? colours.negative : colours.edge;
    const picture = svg("svg", { width: 30, height: 12, "aria-hidden": "true" }, svg("line", { x1: 0, y1: 6, x2: 30, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }));
    if (negative) picture.append(svg("path", { d: "M11 2L19 10M19 2L11 10", stroke: colour, "stroke-width": 2 }));
    return picture;
  };
  const kinds = [["asserted", "none", 0, (e) => e.status === 0 && !e.negative], ["claimed by someone", "7 4", 0, (e) => e.status === 1], ["planned, conditional, asked", "2 4", 0, (e) => e.status > 1], ["negative: “did not”", "none", 1, (e) => e.negative]];
  byId("legend").replaceChildren(
    ...families.map((f) => el("span", { class: "row" }, symbol(f), raw.families[f])),
    ...kinds.filter(([, , , is]) => drawn.edges.some(is)).map(([label, dash, negative]) => el("span", { class: "row" }, line(dash, negative), label)));
}
