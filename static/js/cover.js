// Which points of the brief the retelling touches: a hint while writing, never a gate.
const words = (text) => (text.toLowerCase().match(/[\p{L}\p{N}:]+/gu) ?? []);

function touched(stems, said) {
  const hits = stems.filter((stem) => said.some((word) => word.startsWith(stem))).length;
  return stems.length === 0 || hits >= Math.min(2, Math.ceil(stems.length / 3));
}

function look(field) {
  const out = document.getElementById(field.dataset.cover);
  if (!out) return;
  const said = words(field.value);
  const points = JSON.parse(out.dataset.points);
  const open = points.filter((point) => !touched(point.stems, said)).map((point) => point.name);
  out.hidden = points.length === 0 || said.length < 4;
  out.querySelector("[data-count]").textContent = `${points.length - open.length} / ${points.length}`;
  out.querySelector("[data-open]").textContent = open.slice(0, 3).join(", ");
  out.querySelector("[data-rest]").hidden = open.length === 0;
}

export function cover() {
  document.addEventListener("input", (event) => { if (event.target.matches?.("[data-cover]")) look(event.target); });
}
