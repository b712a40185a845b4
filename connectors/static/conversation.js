// Spares people the reloading: sends without leaving the page and shows what is said as it is said.
// Without this script every step is an ordinary form.
"use strict";
(() => {
  const log = document.getElementById("conversation");
  const form = document.getElementById("say");
  if (!log || !window.EventSource || !window.fetch) return;
  const live = document.body.dataset.live || "/live";
  const typed = document.body.dataset.typing || "/typing";
  const text = document.getElementById("text");
  const error = document.getElementById("error");
  const typing = document.getElementById("typing");
  let source;
  let told = 0;
  let left = false;  // on the way out, nothing that is said here may lead elsewhere

  const newest = () => Array.from(log.children).reduce((id, m) => Math.max(id, +m.dataset.id || 0), 0);

  function show(html) {
    const box = document.createElement("template");
    box.innerHTML = html;
    let added = null;
    for (const message of Array.from(box.content.children)) {
      if (!message.id || document.getElementById(message.id)) continue;
      log.append(message);
      added = added || message;
      if (message.matches(".system, :has(.person)")) renew();
    }
    if (added) added.scrollIntoView({ block: "start" });
  }

  function renew() {  // who is writing has changed: what stands about it comes from the server
    fetch(location.pathname, { cache: "no-store" }).then((r) => r.text()).then((page) => {
      const fresh = new DOMParser().parseFromString(page, "text/html");
      for (const part of [".human", "#stands"]) {
        const now = fresh.querySelector(part);
        const old = document.querySelector(part);
        if (old && now) old.replaceWith(now);
        else if (old) old.remove();
        else if (now) log.before(now);
      }
    });
  }

  function listen() {
    if (source) source.close();
    source = new EventSource(live + "?after=" + newest());
    source.addEventListener("message", (event) => show(event.data));
    source.addEventListener("typing", (event) => { typing.textContent = event.data; });
    source.addEventListener("gone", () => location.replace(document.body.dataset.live ? "/desk" : "/"));
    source.addEventListener("delivered", (event) => {
      for (const message of log.querySelectorAll(".message.contact")) {
        const mark = message.querySelector(".delivery");
        if (mark && +message.dataset.id <= +event.data) mark.textContent = form.dataset.reached;
      }
    });
  }

  const fresh = () => (crypto.randomUUID ? crypto.randomUUID() : String(Math.random()));

  async function send(target, submitter) {
    const data = new FormData(target);
    if (submitter && submitter.name) data.set(submitter.name, submitter.value);
    if (!data.get("client_id")) data.set("client_id", fresh());
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
      if (left) return;
      if (said.gone) return location.assign("/");
      error.textContent = said.error || "";
      if (!answer.ok) return giveBack(written, data);
      if (said.begun || (said.language && said.language !== document.documentElement.lang && !document.body.dataset.live)) return location.reload();
      if (!source || source.readyState === EventSource.CLOSED) listen();
    } catch (failure) {  // no network, or an answer that is not ours: what was written is still there to send again
      giveBack(written, data);
      error.textContent = form.dataset.failed;
    } finally {
      document.body.classList.remove("busy");
    }
  }

  function giveBack(written, data) {  // under the same id: if it did arrive, it is said once all the same
    if (!written || text.value) return;
    text.value = written;
    form.elements.client_id.value = data.get("client_id");
  }

  function types() {
    if (Date.now() - told < 3000 || !newest()) return;
    told = Date.now();
    const csrf = form.elements.csrf;
    fetch(typed, { method: "POST", body: new URLSearchParams(csrf ? { csrf: csrf.value } : {}) }).catch(() => {});
  }

  document.addEventListener("leaving", () => {
    left = true;
    if (source) source.close();
  });
  document.addEventListener("submit", (event) => {
    const target = event.target;
    if (target.classList.contains("insert")) {  // a checked text goes into the answer, after what stands there
      event.preventDefault();
      text.value = (text.value ? text.value.trimEnd() + "\n" : "") + event.submitter.dataset.text;
      text.focus();
      text.scrollIntoView({ block: "center" });
      return;
    }
    if (!form || (target !== form && !target.classList.contains("choices"))) return;
    event.preventDefault();
    send(target, event.submitter);
  });
  if (form) {
    text.addEventListener("input", types);
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  }
  history.scrollRestoration = "manual";  // after a reload, stay with what was said last
  if (newest() || document.body.dataset.live) listen();
  const last = log.lastElementChild;
  if (last && !location.hash.startsWith("#s")) last.scrollIntoView({ block: "start" });
})();
