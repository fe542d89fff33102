// Where a task is handed over or notifications are chosen, the service worker is set up; afterwards the browser renews
// it itself.
export function worker() {
  if (!("serviceWorker" in navigator) || !document.querySelector("[data-offline], [data-push]")) return;
  const register = () => navigator.serviceWorker.register("/sw.js").catch(() => {});
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
