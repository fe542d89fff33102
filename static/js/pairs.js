// Points of a retelling: words marked in the client's text come into the field that is entered next, and there is
// always one more row.
export function pairs() {
  let marked = "";
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    const inside = selection.anchorNode?.parentElement?.closest("form.retell .words");
    if (inside && !selection.isCollapsed) marked = selection.toString().replace(/\s+/g, " ").trim();
  });
  document.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!field.matches("[data-pair] [name=words]") || field.value || !marked) return;
    field.value = marked;
    marked = "";
  });
  document.addEventListener("input", (event) => {
    const row = event.target.closest?.("[data-pair]");
    if (!row || row.nextElementSibling || row.parentElement.children.length >= 10) return;
    const next = row.cloneNode(true);
    for (const field of next.querySelectorAll("input")) field.value = "";
    row.after(next);
  });
}
