// The score: a line to slide on beside the figure, and what follows where it is not quite it, each with its sum.
const SUCCESS = 80;
// Forms whose reader has said that it is not quite it; they stay open while the page follows by itself.
const opened = new WeakSet();

// A part of a price (minor units) as service/core/money.py counts and writes it: a currency of three decimals is paid
// in tens.
function partOf(price, part, currency) {
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const decimals = format.resolvedOptions().maximumFractionDigits;
  const step = decimals === 3 ? 10 : 1;
  return format.format(Math.floor((price * part / step + 50) / 100) * step / 10 ** decimals);
}

// The button that pays a part says which: by the figure that is typed, else by the share that was met.
function pays(button, figure, most) {
  const { price, currency, share, named, plain } = button.dataset;
  const part = figure === "" ? share : Number(figure) >= 0 && Number(figure) <= most ? figure : "";
  const due = partOf(Number(price), Number(part), currency);
  button.textContent = part === "" ? plain : named.replace("{share}", part).replace("{sum}", due);
  if (button.name === "then") button.value = part === "" ? "settle" : `settle-${part}`;
}

function follow(form) {
  const figure = form.elements.score;
  const line = form.querySelector("[data-slides]");
  const low = figure.value !== "" && Number(figure.value) < SUCCESS;
  const below = form.querySelector("[data-below]");
  pays(form.querySelector("[data-pays]"), figure.value, form.dataset.most ?? SUCCESS - 1);
  if (!below) return;
  line.hidden = false;
  if (document.activeElement !== line) line.value = figure.value || line.defaultValue;
  below.hidden = !low && !("open" in below.dataset) && !opened.has(form);
  for (const part of form.querySelectorAll("[data-accepts]")) part.hidden = low;
}

export function score() {
  const all = () => document.querySelectorAll("form[data-scores]").forEach(follow);
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-scores]");
    if (!form) return;
    if (event.target.matches("[data-slides]")) form.elements.score.value = event.target.value;
    follow(form);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-not-quite]")?.closest("form");
    if (!form) return;
    event.preventDefault();
    opened.add(form);
    follow(form);
    form.querySelector("[data-below]").scrollIntoView({ block: "center" });
    form.querySelector("[data-below]").focus({ preventScroll: true });
  });
  document.addEventListener("htmx:after:swap", all);
  all();
}
