// Ctrl+Enter (Cmd+Enter) sends the form that one is in, and nothing else. Where a form has several different
// buttons and none of them is marked with data-key="Mod+Enter", neither this key nor Enter presses one: the
// focus goes to the first.
const WRITTEN = "input:not([type=button], [type=submit], [type=reset], [type=image], [type=file], [type=color])";

const isSubmit = (el) => el.type === "submit";
const submits = (form) => [...form.elements].filter(isSubmit);
const effect = (el) => JSON.stringify([el.name, el.value, el.formAction]);

// Those that are to be seen; a form that shows none, because it sends itself, has its hidden one.
function ready(form) {
  const able = submits(form).filter((el) => !el.matches(":disabled"));
  const shown = able.filter((el) => el.checkVisibility());
  return shown.length ? shown : able;
}

// The button that is meant: the marked one, else the only one, or any of several that do the same.
function meant(buttons) {
  const marked = buttons.find((el) => el.dataset.key === "Mod+Enter");
  return marked ?? (new Set(buttons.map(effect)).size === 1 ? buttons[0] : null);
}

function pressIn(form) {
  const buttons = ready(form);
  const button = meant(buttons);
  if (button) button.click();
  else buttons[0]?.focus();
}

// The form of a field or of a button that sends it; links, folds and other buttons keep the key for themselves.
const formOf = (el) => (el.matches("input, textarea, select") || isSubmit(el) ? el.form : null);

// Presses what Ctrl+Enter means here. Whether it meant anything.
export function sendFrom(el) {
  const form = formOf(el);
  if (!form) return false;
  if (isSubmit(el)) el.click();
  else pressIn(form);
  return true;
}

// By itself a browser lets Enter in a line press the form's first button, be it shown or not.
export function guardEnter(event) {
  const el = event.target;
  if (!el.matches(WRITTEN) || !el.form) return;
  const first = submits(el.form)[0];
  const button = meant(ready(el.form));
  if (!first || first.matches(":disabled") || (button && effect(button) === effect(first))) return;
  event.preventDefault();
  pressIn(el.form);
}
