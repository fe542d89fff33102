// Which points of the brief the retelling touches: a hint while writing, never a gate.
const words = (text) => (text.toLowerCase().match(/[\p{L}\p{N}:]+/gu) ?? []);

function touched(stems, said) {
  const hits = stems.filter((stem) => said.some((word) => word.startsWith(stem))).length;
  return stems.length === 0 || hits >= Math.min(2, Math.ceil(stems.length / 3));
}

// Only what has changed, as each change is read out.
function write(out, place, words) {
  const line = out.querySelector(place);
  if (line.textContent !== words) line.textContent = words;
}

function look(field) {
  const out = document.getElementById(field.dataset.cover);
  if (!out) return;
  const said = words(field.value);
  const points = JSON.parse(out.dataset.points);
  const open = points.filter((point) => !touched(point.stems, said)).map((point) => point.name);
  out.hidden = points.length === 0 || said.length < 4;
  write(out, "[data-count]", String(points.length - open.length));
  out.querySelector("[data-all]").textContent = points.length;
  write(out, "[data-open]", open.slice(0, 3).join(", "));
  out.querySelector("[data-rest]").hidden = open.length === 0;
}

// How many points of the brief are ticked; none is as good as all, because one key goes through the whole.
function ticked(form) {
  const [out, count] = [form.querySelector("[data-ticks]"), form.querySelectorAll("[data-tick]:checked").length];
  if (!out) return;
  out.dataset.none ??= out.textContent;
  out.textContent = count ? out.dataset.ticks.replace("{}", count) : out.dataset.none;
}

export function cover() {
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-tick]")) ticked(event.target.form);
  });
  document.addEventListener("input", (event) => { if (event.target.matches?.("[data-cover]")) look(event.target); });
}
