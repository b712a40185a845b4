// Spares people the reloading: sends without leaving the page and shows what is said as it is said.
// Without this script every step is an ordinary form.
"use strict";
(() => {
  const log = document.getElementById("conversation");
  const form = document.getElementById("say");
  if (!log || !form || !window.EventSource || !window.fetch) return;
  const live = document.body.dataset.live || "/live";
  const text = document.getElementById("text");
  const error = document.getElementById("error");
  let source;

  const newest = () => Array.from(log.children).reduce((id, m) => Math.max(id, +m.dataset.id || 0), 0);

  function show(html) {
    const box = document.createElement("template");
    box.innerHTML = html;
    let added = null;
    for (const message of Array.from(box.content.children)) {
      if (!message.id || document.getElementById(message.id)) continue;
      log.append(message);
      added = added || message;
      if (message.classList.contains("system") && document.body.classList.contains("citizen-page")) banner();
    }
    if (added) added.scrollIntoView({ block: "start" });
  }

  function banner() {  // who is writing has changed: the line on top comes from the server
    fetch(location.pathname, { cache: "no-store" }).then((r) => r.text()).then((page) => {
      const fresh = new DOMParser().parseFromString(page, "text/html").querySelector(".human");
      const old = document.querySelector(".human");
      if (old) old.remove();
      if (fresh) log.before(fresh);
    });
  }

  function listen() {
    if (source) source.close();
    source = new EventSource(live + "?after=" + newest());
    source.addEventListener("message", (event) => show(event.data));
  }

  const fresh = () => (crypto.randomUUID ? crypto.randomUUID() : String(Math.random()));

  async function send(target, submitter) {
    const data = new FormData(target);
    if (submitter && submitter.name) data.set(submitter.name, submitter.value);
    if (!data.get("csrf") && !data.get("client_id")) data.set("client_id", fresh());
    const written = target === form ? text.value : "";
    if (target === form) {  // at once: the person may write on while this is answered
      text.value = "";
      if (form.elements.client_id) form.elements.client_id.value = fresh();
    }
    document.body.classList.add("busy");
    try {
      const answer = await fetch(target.action, {
        method: "POST", body: new URLSearchParams(data), headers: { "X-Requested-With": "script" },
      });
      const said = await answer.json();
      if (said.gone) return location.assign("/");
      error.textContent = said.error || "";
      if (!answer.ok) return giveBack(written);
      if (said.begun || (said.language && said.language !== document.documentElement.lang)) return location.reload();
      if (!source || source.readyState === EventSource.CLOSED) listen();
    } catch (failure) {  // no network, or an answer that is not ours: what was written is still there to send again
      giveBack(written);
      error.textContent = form.dataset.failed;
    } finally {
      document.body.classList.remove("busy");
    }
  }

  function giveBack(written) {
    if (written && !text.value) text.value = written;
  }

  document.addEventListener("submit", (event) => {
    const target = event.target;
    if (target !== form && !target.classList.contains("choices")) return;
    event.preventDefault();
    send(target, event.submitter);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  history.scrollRestoration = "manual";  // after a reload, stay with what was said last
  if (newest()) listen();
  const last = log.lastElementChild;
  if (last) last.scrollIntoView({ block: "start" });
})();
