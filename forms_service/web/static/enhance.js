// Everything works without this file; with it, uploads and waiting are smoother.
"use strict";

document.documentElement.classList.add("scripted");

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

// A page that came as an answer to its own form is asked for anew by the back button, not sent once more.
if (document.querySelector("main .summary") && document.querySelector("main form[method=post]:not([action])")) {
  history.replaceState(null, "", location.href);
}

// Printing shows what is folded away.
const folded = () => [...document.querySelectorAll("main details:not([open])")];
let unfolded = [];
window.addEventListener("beforeprint", () => { unfolded = folded(); for (const one of unfolded) one.open = true; });
window.addEventListener("afterprint", () => { for (const one of unfolded) one.open = false; });

// A link to something folded away unfolds it.
const unfold = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target) target.scrollIntoView();
};
window.addEventListener("hashchange", unfold);
if (location.hash) unfold();

// What was told just before the page loads itself again is told on.
const TOLD = "told";
const loadAgain = () => {
  const told = [...document.querySelectorAll("main > .notice.done")].map((one) => one.textContent.trim());
  if (told.length) sessionStorage.setItem(TOLD, JSON.stringify(told));
  location.reload();
};
for (const text of JSON.parse(sessionStorage.getItem(TOLD) || "[]").reverse()) {
  const notice = Object.assign(document.createElement("div"), { className: "notice done" });
  notice.setAttribute("role", "status");
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  document.querySelector("main").prepend(notice);
}
sessionStorage.removeItem(TOLD);

// While the machine reads, look again from time to time, unless somebody is in the middle of something.
const live = document.querySelector("[data-live]");
if (live) {
  const look = async () => {
    const chosen = [...document.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    const sending = document.querySelector(".drop[data-filled]");
    if (!chosen && !sending && !document.querySelector("main :focus")) {
      const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
      if (answer && answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
        const still = fresh && fresh.querySelector("[data-live]");
        if (fresh && !still) { loadAgain(); return; }
        if (still && still.dataset.live !== live.dataset.live) {
          if (!live.querySelector("progress")) { loadAgain(); return; }
          live.dataset.live = still.dataset.live;
          live.replaceChildren(...still.childNodes);
        }
      }
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 2500);
}

// A number between bounds: minus and plus beside its box, and a slider that follows it.
for (const box of document.querySelectorAll("input[data-least]")) {
  const least = Number(box.dataset.least), most = Number(box.dataset.most);
  const bounded = (number) => Math.min(most, Math.max(least, number));
  const slider = Object.assign(document.createElement("input"), { type: "range", min: least, max: most, step: 1, tabIndex: -1 });
  slider.setAttribute("aria-hidden", "true");
  const follow = () => { slider.value = bounded(Number(box.value) || least); };
  const set = (number) => { box.value = bounded(number); follow(); };
  const step = (sign, words) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign, className: "step" });
    button.setAttribute("aria-label", words);
    button.addEventListener("click", () => set((Number(box.value) || least) + (sign === "+" ? 1 : -1)));
    return button;
  };
  const row = Object.assign(document.createElement("div"), { className: "stepper" });
  box.replaceWith(row);
  row.append(step("\u2212", box.dataset.less), box, step("+", box.dataset.more), slider);
  slider.addEventListener("input", () => set(Number(slider.value)));
  box.addEventListener("input", follow);
  follow();
}
