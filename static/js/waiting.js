// What was handed over without a connection: kept in IndexedDB, sent once. A page and the service worker share it, so
// it exports nothing. The server knows a form by its key, so a request that arrived although its answer was lost counts
// once.
globalThis.waiting ??= (() => {
  const MOST_BYTES = 20 * 1024 * 1024;
  const news = new BroadcastChannel("waiting");
  const settled = (asked) => new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  let opened;
  const database = () => (opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open("poruchi", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("task", { keyPath: "key" });
      asked.result.createObjectStore("about");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => { opened = null; fail(asked.error); };
  }));

  // The change is safe when its transaction is through, not when its request is.
  async function act(store, mode, what) {
    const way = (await database()).transaction(store, mode);
    const through = new Promise((done, fail) => { way.oncomplete = done; way.onabort = () => fail(way.error); });
    const result = await settled(what(way.objectStore(store)));
    await through;
    return result;
  }

  const all = () => act("task", "readonly", (tasks) => tasks.getAll());
  const get = (key) => act("task", "readonly", (tasks) => tasks.get(key));
  const write = (entry) =>
    act("task", "readwrite", (tasks) => tasks.put(entry)).then(() => news.postMessage("changed"));
  const remove = (key) =>
    act("task", "readwrite", (tasks) => tasks.delete(key)).then(() => news.postMessage("changed"));
  const about = () => act("about", "readonly", (rows) => rows.get("reader"));
  const learn = (reader) => act("about", "readwrite", (rows) => rows.put(reader, "reader"));

  const bytes = (entry) =>
    entry.fields.reduce((sum, [, value]) => sum + (value instanceof Blob ? value.size : value.length), 0);
  async function fits(entry) {
    const others = (await all()).filter((one) => one.key !== entry.key);
    return [...others, entry].reduce((sum, one) => sum + bytes(one), 0) <= MOST_BYTES;
  }

  async function token() {
    const answer = await fetch("/form-token",
      { cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
    if (!answer.ok) throw new Error(`form-token answered ${answer.status}`);
    return answer.json();
  }

  // A page that shows how far files are carries them itself (static/js/files.js); a worker has nobody to show it to.
  const carry = (entry, how) => (globalThis.waiting.byPage && entry.fields.some(([, value]) => value instanceof File)
    ? globalThis.waiting.byPage(entry, how) : fetch(entry.action, how));

  function body(entry, csrf) {
    const form = new FormData();
    for (const [name, value] of entry.fields) form.append(name, value);
    form.set("csrf_token", csrf);
    return form;
  }

  // {state: "sent", page, number}, or why not: "lost" (no connection, or a desk that cannot just now), "signed-out",
  // "refused".
  async function post(entry) {
    const reader = await token();
    if (reader.person !== entry.person) return { state: "signed-out" };
    const answer = await carry(entry, { method: "POST", body: body(entry, reader.token), redirect: "manual",
      headers: { Accept: "application/json" }, signal: AbortSignal.timeout(180000) });
    if (answer.ok) return { state: "sent", ...(await answer.json()) };
    if (answer.type === "opaqueredirect") return { state: "signed-out" };
    if (answer.status >= 500 || answer.status === 429) return { state: "lost" };
    const problem = await answer.json().catch(() => ({}));
    // The same is under way, sent by an earlier try: it is asked for again.
    return { state: answer.status === 409 && !problem.reused ? "lost" : "refused", detail: problem.detail ?? "" };
  }

  // Only one page or worker sends at a time, and looks first whether it is still there.
  const alone = (what) => (navigator.locks ? navigator.locks.request("waiting", what) : what());

  async function sendNow(key) {
    const entry = await get(key);
    if (!entry) return { state: "gone" };
    const outcome = await post(entry).catch(() => ({ state: "lost" }));
    if (outcome.state === "sent") await remove(key);
    else await write({ ...entry, state: outcome.state, detail: outcome.detail ?? "" });
    return outcome;
  }

  const send = (key) => alone(() => sendNow(key));
  const takeAway = (key) => alone(() => remove(key));

  // All that waits, oldest first. What was refused waits for its writer. Stops at the first that found no connection.
  const sendAll = () => alone(async () => {
    const sent = [];
    for (const entry of (await all()).sort((a, b) => a.at - b.at)) {
      if (entry.state === "refused") continue;
      const outcome = await sendNow(entry.key);
      if (outcome.state === "sent") sent.push(outcome);
      if (outcome.state === "lost") return { sent, lost: true };
    }
    return { sent, lost: false };
  });

  return { all, write, send, sendAll, takeAway, fits, about, learn, token, news };
})();
