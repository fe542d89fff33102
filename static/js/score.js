// The score: a line to slide on beside the figure, and what follows below 80 only where it is below.
const SUCCESS = 80;

function follow(form) {
  const figure = form.elements.score;
  const line = form.querySelector("[data-slides]");
  line.hidden = false;
  if (document.activeElement !== line) line.value = figure.value;
  const below = form.querySelector("[data-below]");
  below.hidden = figure.value === "" || Number(figure.value) >= SUCCESS;
  if (below.hidden) below.querySelector("input").checked = true;
}

export function score() {
  const all = () => document.querySelectorAll("form[data-scores]").forEach(follow);
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-scores]");
    if (!form) return;
    if (event.target.matches("[data-slides]")) form.elements.score.value = event.target.value;
    follow(form);
  });
  document.addEventListener("htmx:after:swap", all);
  all();
}
