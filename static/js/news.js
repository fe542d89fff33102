// For those who hear the page: what happens away from where they are is told in a sentence, and the focus is never
// lost.
const waits = [];
let later;

// Said once, politely, then taken away: nobody finds it at the end of the page.
export function announce(words) {
  const place = document.querySelector("[data-news]");
  if (!place || !words) return;
  waits.push(words);
  clearTimeout(later);
  later = setTimeout(() => {
    place.textContent = waits.splice(0).join(" ");
    later = setTimeout(() => { place.textContent = ""; }, 8000);
  }, 150);
}

const plain = (el) => el.textContent.trim().replace(/\s+/g, " ");
const tells = () => [...document.querySelectorAll("[data-tells]")].map((el) => [el, el.dataset.tells || plain(el)]);
const rows = () => [...document.querySelectorAll("[data-new] [data-row]")].map((row) => row.querySelector("a[href]"));

// Remembers what the page tells now; what is given back says afterwards what has changed, and which rows came from
// elsewhere.
export function listen() {
  const before = tells().map(([, words]) => words);
  const there = new Set(rows().map((link) => link.href));
  return (mine) => {
    for (const [at, [el, words]] of tells().entries())
      if (words !== before[at] && el !== document.activeElement) announce(words);
    const come = mine ? [] : rows().filter((link) => !there.has(link.href));
    if (come.length) announce(`${come[0].closest("[data-new]").dataset.new} ${come.slice(0, 2).map(plain).join("; ")}`);
  };
}

// Where the place of the focus went with what was done there, it goes on to what comes next, and not back to the top of
// the page.
const NEXT = ["#main .errors", "#main .stage.is-here > summary", "#main .move", "#main .qrow[aria-current]",
  "#main h1"];

export function onward() {
  if (document.activeElement !== document.body) return;
  const next = NEXT.map((one) => document.querySelector(one)).find(Boolean);
  if (next && next.tabIndex < 0) next.tabIndex = -1;
  next?.focus({ preventScroll: true });
}
