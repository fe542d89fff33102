// A page that follows what happens: forms change it in place, and what others do appears without a reload. What is
// being typed, the focus and the scroll stay, because the new page is laid over the old one node by node.
import { putAway } from "./drafts.js";
import { announce, listen, onward } from "./news.js";

const PLACE = "target:#main, select:#main, swap:'outerMorph show:none'";
// The last of these is not heard of a form that its own answer took away.
const LANDED = ["htmx:after:request", "htmx:error", "htmx:finally:request"];
const main = () => document.getElementById("main");
const sends = (ctx) => Boolean(ctx?.sourceElement?.matches?.("form"));

function boost() {
  if (!document.body.dataset.live) return;
  for (const form of document.querySelectorAll(
    "#main form[method=post]:not([hx-boost], [data-plain], [data-offline])")) {
    form.setAttribute("hx-boost", PLACE);
    window.htmx.process(form);
  }
}

// Forms on their way, how many ever went, and whether the page owes a look at what happened meanwhile.
const sending = new Set();
let turn = 0, owed = false;

// A page with an error on it waits: its sentence would be gone.
function again() {
  const place = main();
  owed = sending.size > 0;
  if (owed || !place?.dataset.page || place.querySelector(".errors")) return;
  window.htmx.ajax("GET", place.dataset.page, { target: "#main", select: "#main", swap: "outerMorph", turn });
}

function late() {
  if (owed && !sending.size) again();
}

// A form that is on its way is not sent once more by a second press of the same key or button.
function once(event) {
  if (![...sending].some((ctx) => ctx.sourceElement === event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

// What was asked for before a form went out is older than the form's own answer, and would put the page back.
function inTurn() {
  document.addEventListener("submit", once, true);
  document.addEventListener("htmx:before:request", ({ detail }) => {
    if (sends(detail.ctx)) { sending.add(detail.ctx); turn++; }
  });
  for (const name of LANDED) document.addEventListener(name, ({ detail }) => sending.delete(detail.ctx));
  for (const name of ["htmx:after:swap", "htmx:error", "htmx:finally:request"]) document.addEventListener(name, late);
  document.addEventListener("htmx:before:swap", (event) => {
    if ((event.detail.ctx?.turn ?? turn) === turn) return;
    event.preventDefault();
    owed = true;
    late();
  });
}

// A session that has ended leads to the sign-in page, which has another look and comes back here.
function away(event) {
  const address = event.detail.ctx?.response?.raw?.url;
  if (!address || !new URL(address).pathname.startsWith("/login")) return;
  event.preventDefault();
  putAway(document);
  location.assign(address);
}

// What was sent is done with; what was refused stays as it was typed.
function sent(event) {
  const { sourceElement: form, response } = event.detail.ctx ?? {};
  if (event.defaultPrevented || !form?.matches?.("form") || (response?.raw?.status ?? 500) >= 400) return;
  form.dispatchEvent(new Event("desk:sent", { bubbles: true }));
  form.reset();
  found();
}

// No answer came. What was typed stays in its field, and whoever sent it is told so.
function lost(event) {
  if (!event.detail.ctx?.sourceElement?.matches?.("form")) return;
  const [place, line] = [document.createElement("div"), document.createElement("p")];
  Object.assign(line, { className: "toast is-late", textContent: document.body.dataset.lost });
  place.className = "toasts";
  place.setAttribute("role", "alert");
  place.append(line);
  found();
  document.body.append(place);
}

function found() {
  document.querySelectorAll("body > .toasts").forEach((place) => place.remove());
}

// An address that only takes forms is no address to come back to.
function refused(event) {
  if ((event.detail.response?.status ?? 200) >= 400) event.preventDefault();
}

function shown(on) {
  const sign = document.querySelector("[data-live-sign]");
  sign?.toggleAttribute("data-off", !on);
  sign?.setAttribute("aria-label", on ? sign.dataset.follows : sign.dataset.away);
}

// What the page told before it changed, and whether the focus was in it.
let before = { news: () => {}, held: false, mine: false };

function remember({ detail }) {
  if (main()) putAway(main()); // a field may be gone on the new page: its draft is not
  before = { news: listen(), held: Boolean(main()?.contains(document.activeElement)), mine: sends(detail.ctx) };
}

function told() {
  if (before.held) onward();
  before.news(before.mine);
}

// Whoever cannot see that something is under way hears it, where it takes a while.
function patience() {
  let wait;
  document.addEventListener("htmx:before:request", ({ detail }) => {
    if (sends(detail.ctx)) wait = setTimeout(() => announce(document.body.dataset.sending), 1500);
  });
  for (const name of LANDED)
    document.addEventListener(name, ({ detail }) => { if (sends(detail.ctx)) clearTimeout(wait); });
}

const about = (task) => new URLSearchParams({
  task, company: document.body.dataset.company ?? "",
  csrf_token: document.querySelector("meta[name=csrf-token]").content,
});

// The server would notice a closed page only when it next speaks to it.
function leaving() {
  const task = document.body.dataset.task;
  if (task) addEventListener("pagehide", () => navigator.sendBeacon("/live/gone", about(task)));
}

// Firefox breaks off what is on its way as soon as somebody leaves, well before `pagehide`, and htmx reports each as an
// error. A page that stays after all, as with a download, follows again and looks what it missed.
function quietly() {
  let stream;
  document.body.addEventListener("htmx:sse:after:connection", (event) => { stream = event.detail.connection; });
  addEventListener("beforeunload", () => {
    stream?.reader?.cancel();
    for (const asking of document.querySelectorAll("body, [hx-get]")) window.htmx.trigger(asking, "htmx:abort");
  });
}

function answering() {
  const task = document.body.dataset.task;
  let last = 0;
  document.addEventListener("input", (event) => {
    if (!task || !event.target.matches("[data-answering]") || Date.now() - last < 4000) return;
    last = Date.now();
    fetch("/live/answering", { method: "POST", body: about(task) }).catch(() => {});
  });
}

// What was done, and the way back from it, stays until something else is done: what was done is itself a change that
// the page hears of.
function keepToasts(place, coming) {
  if (!before.mine && !coming.childElementCount) coming.append(...place.cloneNode(true).children);
}

// The form of another task is laid over this one: what was typed here stays with its own task, as a draft.
function another(form) {
  putAway(form);
  form.querySelectorAll("[data-brought]").forEach((field) => field.removeAttribute("data-brought"));
  form.reset();
}

// So it is with a single field that the new page uses for another task.
function otherField(field, coming) {
  putAway(field.parentElement);
  field.removeAttribute("data-brought");
  field.value = coming.defaultValue ?? "";
}

// What somebody folded or unfolded stays so; a stage of the work opens when the work comes to it.
function steady(_elt, { oldNode, newNode }) {
  if (oldNode === document.activeElement && oldNode.hasAttribute("tabindex"))
    newNode.setAttribute("tabindex", oldNode.getAttribute("tabindex"));
  if (oldNode.matches?.("form") && oldNode.getAttribute("action") !== newNode.getAttribute("action")) another(oldNode);
  if (oldNode.dataset?.draft && oldNode.dataset.draft !== newNode.dataset?.draft) otherField(oldNode, newNode);
  if (oldNode.matches?.(".toasts")) keepToasts(oldNode, newNode);
  if (!oldNode.matches?.("details, dialog") || oldNode.id !== newNode.id) return;
  if (oldNode.matches(".stage") && oldNode.className !== newNode.className) return;
  newNode.toggleAttribute("open", oldNode.hasAttribute("open"));
}

export function live(after) {
  if (!window.htmx) return;
  window.htmx.registerExtension("desk", { htmx_before_morph_node: steady });
  boost();
  document.body.addEventListener("changed", () => { shown(true); again(); });
  document.body.addEventListener("hello", () => shown(true));
  for (const name of ["htmx:sse:error", "htmx:sse:close"]) document.body.addEventListener(name, () => shown(false));
  document.addEventListener("htmx:error", lost);
  inTurn();
  document.addEventListener("htmx:before:swap", away);
  document.addEventListener("htmx:before:swap", remember);
  document.addEventListener("htmx:before:swap", sent);
  document.addEventListener("htmx:before:history:update", refused);
  document.addEventListener("htmx:after:swap", () => { boost(); after(); told(); });
  patience();
  answering();
  leaving();
  quietly();
}
