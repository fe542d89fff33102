// A note that is spoken instead of written: recorded here, added to the form's files, and heard before it goes.
import { put } from "./files.js";

const LONGEST = 5 * 60;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function file(pieces, kind) {
  const type = kind.split(";")[0];
  const at = new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-");
  return new File(pieces, `voice-${at}.${type.split("/")[1]}`, { type });
}

// Words have to stand in the box; where there are none, they say what is to be heard.
function name(form, button, seconds) {
  const words = form.querySelector("textarea");
  if (!words || words.value.trim()) return;
  words.value = `${button.dataset.words} ${minutes(seconds)}`;
  words.dispatchEvent(new Event("input", { bubbles: true }));
}

async function record(button) {
  const input = document.getElementById(button.dataset.voice);
  const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(sound, { mimeType: KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) });
  const pieces = [];
  const began = Date.now();
  const passed = () => Math.round((Date.now() - began) / 1000);
  const label = button.querySelector("span");
  const words = label.textContent;
  const tick = setInterval(() => {
    label.textContent = `${button.dataset.stop} ${minutes(passed())}`;
    if (passed() >= LONGEST) recorder.stop();
  }, 250);
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    clearInterval(tick);
    sound.getTracks().forEach((track) => track.stop());
    label.textContent = words;
    button.removeAttribute("aria-pressed");
    put(input, [...input.files, file(pieces, recorder.mimeType)]);
    name(input.form, button, passed());
  };
  recorder.start(1000);
  button.setAttribute("aria-pressed", "true");
  label.textContent = `${button.dataset.stop} 0:00`;
  return recorder;
}

const running = new WeakMap();

async function press(button) {
  if (running.get(button)?.state === "recording") return running.get(button).stop();
  try {
    running.set(button, await record(button));
  } catch {
    button.closest("form").querySelector("[data-way]").textContent = button.dataset.no;
  }
}

const can = () => Boolean(globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia);

// New buttons come with the page's changes, so each is shown when it is there.
export function voice() {
  if (!can()) return;
  for (const button of document.querySelectorAll("[data-voice][hidden]")) button.hidden = false;
}

export function listenToVoice() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-voice]");
    if (button) press(button);
  });
}
