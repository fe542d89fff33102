// A message that holds two tasks: what is marked in it, or stands behind the cursor, goes over into the second field.
let marked = "";

const fields = (place) => ["first", "second"].map((name) => place.closest("details").querySelector(`[name=${name}]`));

function over(first, second, from, to) {
  const words = first.value.slice(from, to).trim();
  first.value = [first.value.slice(0, from).trim(), first.value.slice(to).trim()].filter(Boolean).join("\n\n");
  second.value = [second.value.trim(), words].filter(Boolean).join("\n\n");
  second.focus();
}

// Where no cursor was set: the end of the paragraph, else of the sentence, that is nearest to the middle.
function middle(text) {
  const ends = [...text.matchAll(/\n\n/g)].map((one) => one.index);
  const stops = ends.length ? ends : [...text.matchAll(/[.!?]\s/g)].map((one) => one.index + 1);
  return stops.sort((a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2))[0] ?? text.length;
}

function cut([first, second]) {
  const { selectionStart: from, selectionEnd: to, value } = first;
  if (to > from) over(first, second, from, to);
  else over(first, second, from > 0 && from < value.length ? from : middle(value), value.length);
}

function takeMarked([first, second]) {
  const from = marked ? first.value.indexOf(marked) : -1;
  if (from >= 0 && !second.value) over(first, second, from, from + marked.length);
  marked = "";
}

const remember = () => {
  const chosen = getSelection();
  if (chosen.anchorNode?.parentElement?.closest(".letter")) marked = String(chosen).trim();
};

export function split() {
  document.addEventListener("pointerdown", remember);
  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-splits]");
    if (opens && !opens.parentElement.open) { if (!event.detail) remember(); takeMarked(fields(opens)); }
    if (event.target.closest("[data-cut]")) cut(fields(event.target));
  });
}
