// "Notifications on this device": asked for on the account page, renewed after each sign-in, shown only where the
// browser can.
import "./waiting.js";

const { waiting } = globalThis;
const can = () => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
const bytes = (key) =>
  Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const same = (buffer, key) => buffer && new Uint8Array(buffer).join() === bytes(key).join();

async function tell(path, what) {
  const { token } = await waiting.token();
  const answer = await fetch(path, { method: "POST", redirect: "manual", body: JSON.stringify(what),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token } });
  if (answer.status !== 204) throw new Error(`${path} answered ${answer.status}`);
}

// A subscription under an older key of the desk cannot be sent to: another one takes its place.
async function subscription(manager, key) {
  const there = await manager.getSubscription();
  if (there && same(there.options.applicationServerKey, key)) return there;
  await there?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { pushManager } = await navigator.serviceWorker.ready;
  const { key, person } = await (await fetch("/push/key", { headers: { Accept: "application/json" } })).json();
  await tell("/push/subscriptions", await subscription(pushManager, key));
  localStorage.setItem("push", person);
  return true;
}

async function turnOff() {
  localStorage.removeItem("push");
  const there = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (!there) return;
  await tell("/push/subscriptions/end", { endpoint: there.endpoint });
  await there.unsubscribe();
}

// What the desk knows of this device ends with the sign-in; the next one of the same person says it again, once.
async function renew() {
  if (location.pathname === "/login") sessionStorage.removeItem("push");
  const person = localStorage.getItem("push");
  if (!person || Notification.permission !== "granted" || sessionStorage.getItem("push") === person) return;
  if (String((await waiting.token()).person) !== person || !(await turnOn())) return;
  sessionStorage.setItem("push", person);
}

function watch(place) {
  const toggle = place.querySelector("input");
  const says = place.querySelector("[data-says]");
  const forbidden = () => { says.textContent = Notification.permission === "denied" ? place.dataset.denied : ""; };
  place.hidden = false;
  toggle.checked = localStorage.getItem("push") === place.dataset.push && Notification.permission === "granted";
  forbidden();
  toggle.addEventListener("change", async () => {
    toggle.disabled = true;
    const wanted = toggle.checked;
    try {
      toggle.checked = wanted ? await turnOn() : (await turnOff(), false);
      forbidden();
    } catch {
      toggle.checked = !wanted;
      says.textContent = place.dataset.failed;
    }
    toggle.disabled = false;
    toggle.focus();
  });
}

export function push() {
  if (!can()) return;
  const place = document.querySelector("[data-push]");
  if (place) watch(place);
  renew().catch(() => {});
}
