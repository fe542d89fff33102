// A form with data-offline (the person who hands over) goes out by script: what cannot be sent now is kept and goes out
// later.
import { carry, put, shows } from "./files.js";
import { announce } from "./news.js";
import "./waiting.js";

const { waiting } = globalThis;
const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const about = () => document.querySelector("[data-waiting]");

const clock = (at) => new Date(at).toLocaleString(document.documentElement.lang,
  { weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false });

// A sentence above the list; `subject` names what it is about, so that only that is taken back.
function say(words, subject) {
  const place = about();
  if (!place) return;
  const line = place.querySelector("[data-says]");
  if (line.textContent !== words) announce(words);
  line.textContent = words;
  line.closest(".notice").hidden = !words;
  place.dataset.subject = words ? subject : "";
  place.hidden = ![...place.querySelectorAll(".notice")].some((notice) => !notice.hidden);
}

// The tasks that were made of what had waited, with their pages.
function tell(sent) {
  const line = about()?.querySelector("[data-went]");
  if (!line || !sent.length) return;
  for (const { page, number } of sent)
    line.append(Object.assign(document.createElement("a"), { href: page, textContent: number }), " ");
  line.closest(".notice").hidden = about().hidden = false;
  announce(line.parentElement.textContent.trim());
}

const STATES = { "signed-out": "signedOut", lost: "lost", refused: "refused" };
const worst = (entries) => Object.keys(STATES).find((state) => entries.some((entry) => entry.state === state));

function entryOf(form) {
  const fields = [...new FormData(form)]
    .filter(([name, value]) => name !== "csrf_token" && !(value instanceof File && !value.name));
  return {
    key: form.elements.key.value, person: Number(form.dataset.offline), action: new URL(form.action).pathname,
    fields, at: Date.now(), state: "lost",
  };
}

function row(entry) {
  const item = about().querySelector("template").content.cloneNode(true).firstElementChild;
  const text = Object.fromEntries(entry.fields).text ?? "";
  item.querySelector("[data-text]").textContent = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  item.querySelector("[data-state]").textContent = entry.detail || clock(entry.at);
  item.querySelector("[data-back]").addEventListener("click", () => putBack(entry));
  item.querySelector("[data-take-away]").addEventListener("click", () => waiting.takeAway(entry.key).then(draw)
    .then(() => document.querySelector("form[data-offline]").elements.text.focus()));
  return item;
}

// Back into the box, to be changed: with its files, and under a key of its own.
async function putBack(entry) {
  const { elements } = document.querySelector("form[data-offline]");
  for (const [name, value] of entry.fields.filter(([, value]) => !(value instanceof File))) {
    if (name !== "key" && elements[name]?.type === "checkbox") elements[name].checked = true;
    else if (name !== "key" && elements[name]) elements[name].value = value;
  }
  if (elements.file)
    put(elements.file, entry.fields.map(([, value]) => value).filter((value) => value instanceof File));
  await waiting.takeAway(entry.key);
  await draw();
  elements.text.focus();
}

async function draw() {
  const place = about();
  const reader = Number(document.querySelector("[data-offline]")?.dataset.offline);
  if (!place || !reader) return;
  const mine = (await waiting.all()).filter((entry) => entry.person === reader).sort((a, b) => a.at - b.at);
  place.querySelector("ul").replaceChildren(...mine.map(row));
  place.querySelector("[data-send-now]").hidden = mine.every((entry) => entry.state === "refused");
  place.querySelector("[data-sign-in]").hidden = !mine.some((entry) => entry.state === "signed-out");
  if (mine.length || place.dataset.subject === "waiting") say(place.dataset[STATES[worst(mine)]] ?? "", "waiting");
}

async function sendAll() {
  if (!(await waiting.all()).length) return;
  const { sent } = await waiting.sendAll();
  await draw();
  tell(sent);
}

async function later() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("waiting").catch(() => {});
}

// Only now is its draft done with.
const settled = (form) => form.dispatchEvent(new Event("desk:sent", { bubbles: true }));

// Kept: the box is empty for the next one, under a key of its own.
async function kept(form) {
  settled(form);
  form.reset();
  form.elements.text.value = "";
  form.elements.key.value = newKey();
  await draw();
  await later();
}

// What cannot be kept here stays in its fields; with a connection the browser sends it itself, as without script.
function asEver(form, refused = false) {
  if (navigator.onLine && !form.hasAttribute("data-only-kept")) {
    if (!refused) settled(form);
    return form.submit();
  }
  form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
  return say(about().dataset.tooLarge, "files");
}

// The files of this form are seen on their way; those of an older one that waits are not.
const carries = (form) => {
  waiting.byPage = (entry, how) =>
    carry(entry.action, how, entry.key === form.elements.key.value ? shows(form) : () => {});
};

async function handOver(form) {
  const entry = entryOf(form);
  if (!(await waiting.fits(entry))) return asEver(form);
  await waiting.write(entry);
  const outcome = navigator.onLine ? await waiting.send(entry.key) : { state: "lost" };
  if (outcome.state === "sent") {
    settled(form);
    return location.assign(outcome.page);
  }
  if (outcome.state !== "refused" || form.hasAttribute("data-only-kept")) return kept(form);
  await waiting.takeAway(entry.key);
  return asEver(form, true);
}

function watch(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.btn-main");
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    await handOver(form).catch(() => asEver(form));
    shows(form)(null);
    button.removeAttribute("aria-busy");
  });
}

// The page without a connection has the box of whoever used this browser last.
async function settle(form) {
  const reader = form.dataset.offline ? null : await waiting.about();
  if (reader) {
    Object.assign(form, { action: reader.action, hidden: false });
    form.dataset.offline = reader.person;
    form.elements.key.value = newKey();
  } else if (form.dataset.offline) {
    await waiting.learn({
      person: Number(form.dataset.offline), action: new URL(form.action).pathname,
      language: document.documentElement.lang,
    });
  }
}

export async function offline() {
  if (!("indexedDB" in globalThis && "BroadcastChannel" in globalThis)) return;
  const form = document.querySelector("form[data-offline]");
  if (form) { watch(form); carries(form); }
  about()?.querySelector("[data-send-now]").addEventListener("click", () => sendAll().catch(() => {}));
  waiting.news.addEventListener("message", () => draw().catch(() => {}));
  addEventListener("online", () => sendAll().catch(() => {}));
  try {
    if (form) await settle(form);
    await draw();
    await sendAll();
  } catch { /* a browser that keeps nothing (a private window): the plain form stays */ }
}
