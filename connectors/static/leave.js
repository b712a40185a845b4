// Leaves at once: the page is blank first, another takes its place in the history, and the server forgets this device.
// Without this script the button is an ordinary form.
"use strict";
(() => {
  const form = document.getElementById("leave");
  const told = form.querySelector("[role=status]");
  let pressed = 0;
  let timer;

  function leave(submitter) {
    const data = new URLSearchParams({ script: "1" });
    if (submitter && submitter.name) data.set(submitter.name, submitter.value);
    document.dispatchEvent(new Event("leaving"));
    navigator.sendBeacon("/leave", data);  // arrives also when this page is gone
    const said = document.createElement("p");
    said.className = "unseen";
    said.setAttribute("role", "alert");
    document.body.replaceChildren(said);
    said.textContent = form.dataset.loading;
    location.replace(form.dataset.to);
  }

  function count(number) {
    clearTimeout(timer);
    pressed = number;
    told.textContent = ["", form.dataset.twice, form.dataset.once][number];
    if (number) timer = setTimeout(count, 5000, 0);
  }

  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/leave") return;
    event.preventDefault();
    leave(event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing) return;
    if (event.key !== "Escape") {
      if (pressed) count(0);
    } else if (pressed === 2) leave();
    else count(pressed + 1);
  }, true);
  addEventListener("pageshow", (event) => {  // a page that the browser kept in memory: ask the server what it is now
    if (!event.persisted) return;
    document.body.replaceChildren();
    location.reload();
  });
})();
