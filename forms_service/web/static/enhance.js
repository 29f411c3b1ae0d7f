// Everything works without this file; with it, uploads and waiting are smoother.
"use strict";

// A second press of a button sends nothing: the first one is on its way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.download !== undefined) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

// Coming back by the back button: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

// Files may be dropped anywhere on their box.
for (const box of document.querySelectorAll(".drop")) {
  const input = box.querySelector("input[type=file]");
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    input.files = event.dataTransfer.files;
  });
}

// While the machine reads, look again from time to time, unless somebody is in the middle of something.
const live = document.querySelector("[data-live]");
if (live) {
  const look = async () => {
    const chosen = [...document.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (!chosen && !document.querySelector("main :focus")) {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
      if (answer && answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
        const still = fresh && fresh.querySelector("[data-live]");
        if (fresh && !still) { location.reload(); return; }
        if (still && still.dataset.live !== live.dataset.live) {
          if (!live.querySelector("progress")) { location.reload(); return; }
          live.dataset.live = still.dataset.live;
          live.replaceChildren(...still.childNodes);
        }
      }
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 2500);
}
