// Files: dropped or chosen, listed with their sizes, each can be left out again; while they travel the form shows how
// far they are.
const before = new WeakMap();
const size = (bytes) =>
  (bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);
const list = (input) => document.querySelector(`[data-chosen="${input.id}"]`);

// Gives a field these files, in place of those it has.
export function put(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
  before.set(input, [...files]);
  draw(input);
}

const add = (input, files) => put(input, [...(before.get(input) ?? []), ...files]);

function row(input, file) {
  const item = document.createElement("li");
  const out = Object.assign(document.createElement("button"),
    { type: "button", className: "btn-link", textContent: list(input).dataset.out });
  out.setAttribute("aria-label", `${out.textContent}: ${file.name}`);
  out.addEventListener("click", () => { put(input, [...input.files].filter((one) => one !== file)); input.focus(); });
  item.append(Object.assign(document.createElement("span"), { className: "cut", textContent: file.name }),
    Object.assign(document.createElement("small"), { className: "faint num", textContent: size(file.size) }), out);
  if (file.type.startsWith("audio/")) item.append(player(file));
  return item;
}

function player(file) {
  const audio = Object.assign(document.createElement("audio"), { controls: true, src: URL.createObjectURL(file) });
  audio.setAttribute("aria-label", file.name);
  return audio;
}

function draw(input) {
  const place = list(input);
  if (!place) return;
  place.replaceChildren(...[...input.files].map((file) => row(input, file)));
  place.hidden = !input.files.length;
}

// Sends by XMLHttpRequest, because only that tells how far it is. Gives what is read of a Response.
export function carry(address, { body, headers = {} }, way) {
  return new Promise((done, fail) => {
    const asked = new XMLHttpRequest();
    asked.open("POST", address);
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.timeout = 600000;
    asked.upload.onprogress = (event) => {
      if (event.lengthComputable) way(Math.round(100 * event.loaded / event.total));
    };
    asked.onload = () => done({
      ok: asked.status < 300,
      status: asked.status,
      url: asked.responseURL,
      json: async () => JSON.parse(asked.responseText),
      type: new URL(asked.responseURL).pathname === new URL(address, location.href).pathname
        ? "basic" : "opaqueredirect",
    });
    asked.onerror = asked.ontimeout = () => fail(new TypeError("no connection"));
    asked.send(body);
  });
}

// Shows in a form how far its files are; nothing where it has no place for that.
export const shows = (form) => (percent) => {
  const bar = form.querySelector("progress.on-its-way");
  if (!bar) return;
  bar.hidden = percent === null;
  bar.value = percent ?? 0;
  const words = form.querySelector("[data-way]");
  words.setAttribute("aria-live", percent === null ? "polite" : "off"); // the bar tells by itself how far it is
  words.textContent = percent === null ? "" : `${percent} %`;
};

// A form whose files are sent here: where the desk leads, there the page goes. What it refuses the browser sends again
// by itself, so that the form's errors stand where they always stand; what did not arrive stays in its fields.
async function send(form) {
  const way = shows(form);
  way(0);
  try {
    const answer = await carry(form.action, { body: new FormData(form) }, way);
    if (answer.status >= 400) return form.submit();
    form.dispatchEvent(new CustomEvent("desk:sent", { bubbles: true }));
    const same = new URL(answer.url).pathname === location.pathname;
    location.assign(answer.url);
    if (same) location.reload();
  } catch {
    way(null);
    form.querySelector("[data-way]").textContent = form.querySelector("[data-chosen]").dataset.left;
    form.querySelector("button.btn[aria-busy]")?.removeAttribute("aria-busy");
  }
}

export function files() {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type === "file" && event.isTrusted && list(input)) add(input, input.files);
  });
  // Before others that send forms: they do not tell how far it is.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-offline") || !form.querySelector("progress.on-its-way")) return;
    if (![...form.elements].some((one) => one.type === "file" && one.files.length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.submitter?.setAttribute("aria-busy", "true");
    send(form);
  }, true);
  document.addEventListener("reset", (event) => setTimeout(() =>
    event.target.querySelectorAll("input[type=file]").forEach((one) => put(one, one.files))));
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, drag);
}

// A file that is dropped beside its place is not opened in place of the page.
function drag(event) {
  if (!event.dataTransfer?.types.includes("Files") || event.target.closest?.("input[type=file]")) return;
  event.preventDefault();
  const zone = event.target.closest?.("[data-drops]");
  if (!zone) return;
  zone.classList.toggle("is-over", event.type === "dragover");
  if (event.type === "drop") add(document.getElementById(zone.dataset.drops), event.dataTransfer.files);
}
