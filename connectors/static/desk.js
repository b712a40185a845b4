// The list of who waits renews itself when something changes.
"use strict";
(() => {
  const list = document.getElementById("changing");
  if (!list || !window.EventSource) return;
  new EventSource("/desk/live").addEventListener("changed", async () => {
    const page = await (await fetch("/desk", { cache: "no-store" })).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("changing");
    if (fresh) list.replaceChildren(...fresh.childNodes);
  });
})();
