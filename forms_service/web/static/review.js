// Reviewing by keyboard: every key does what a button or a link of the page does without it.
"use strict";

(() => {
  const REMEMBERED = "review-letters-off";
  const off = document.getElementById("letters-off");
  const remembered = () => { try { return localStorage.getItem(REMEMBERED) === "yes"; } catch { return false; } };
  if (off) {
    off.checked = remembered();
    off.addEventListener("change", () => { try { localStorage.setItem(REMEMBERED, off.checked ? "yes" : "no"); } catch { /* kept for this page only */ } });
  }
  document.documentElement.classList.add("scripted");

  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shown = (one) => one.getClientRects().length > 0;
  const stops = () => [...document.querySelectorAll(".reading.doubt [name=value], article.paper[data-open], #outcome-accepted")]
    .filter((one, at, every) => shown(one) && every.findIndex((other) => other.closest("article, form") === one.closest("article, form")) === at);

  const go = (one) => {
    if (!one) return;
    one.focus({ preventScroll: true });
    (one.closest("article") || one).scrollIntoView({ block: "center", behavior: reduced ? "auto" : "smooth" });
    point(one);
  };

  // The box on the page that belongs to the value in hand.
  const point = (one) => {
    for (const box of document.querySelectorAll(".boxed a.here")) box.classList.remove("here");
    const article = one && one.closest && one.closest("article.reading:not(.paper)");
    const box = article && document.getElementById(article.id.replace("reading-", "box-"));
    if (!box || !box.matches(".boxed a")) return;
    box.classList.add("here");
    const holder = box.closest(".sheets");
    if (getComputedStyle(holder).overflowY === "visible") return;
    const place = box.getBoundingClientRect(), frame = holder.getBoundingClientRect();
    holder.scrollTop += place.top - frame.top - frame.height / 2;
  };
  document.addEventListener("focusin", (event) => { if (event.target.matches(".reading [name=value]")) point(event.target); });

  const step = (direction) => {
    const every = stops();
    if (!every.length) return;
    const active = document.activeElement;
    const here = every.findIndex((one) => one === active || (one.closest("article, form") || one).contains(active));
    if (here >= 0) { go(every[(here + direction + every.length) % every.length]); return; }
    const below = every.findIndex((one) => one.getBoundingClientRect().top > 0);
    go(every[direction > 0 ? Math.max(below, 0) : (below > 0 ? below : every.length) - 1]);
  };

  const article = () => document.activeElement && document.activeElement.closest("article.reading");

  // A closer look at the piece of paper in hand.
  const look = () => {
    const open = document.querySelector("dialog.closer");
    if (open) { open.close(); return; }
    const picture = (article() || document.querySelector(".reading")).querySelector(".crop img");
    if (!picture) return;
    const dialog = document.createElement("dialog"), large = document.createElement("img");
    const back = document.activeElement;
    dialog.className = "closer";
    dialog.setAttribute("aria-label", picture.alt);
    large.src = picture.src;
    large.alt = picture.alt;
    dialog.append(large);
    dialog.addEventListener("close", () => { dialog.remove(); back.focus(); });
    dialog.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
  };

  const again = () => {
    const details = article() && article().querySelector("details.again");
    if (details) { details.open = true; details.querySelector("select").focus(); }
  };
  const paper = (verdict) => {
    const one = article();
    if (!one || !one.matches(".paper")) { go(document.querySelector("article.paper[data-open]")); return; }
    const reason = one.querySelector("select[name=reason]");
    if (verdict === "accept") one.querySelector("button[value=accept]")?.click();
    else if (reason && !reason.value) reason.focus();
    else one.querySelector("button[value=decline]")?.click();
  };
  const help = () => {
    const keys = document.getElementById("keys");
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  };

  const DOES = {
    j: () => step(1),
    k: () => step(-1),
    l: look,
    r: again,
    d: () => go(document.querySelector("article.paper[data-open]") || document.querySelector("article.paper")),
    o: () => paper("accept"),
    n: () => paper("decline"),
    c: () => go(document.getElementById("message")),
    v: () => go(document.getElementById("outcome-accepted") || document.getElementById("why")),
  };
  // By the letter where the keyboard writes Latin, else by the place of the key.
  const letterOf = (event) => (/^[a-z]$/i.test(event.key) ? event.key : event.code.replace(/^Key/, "")).toLowerCase();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key === "Escape" && typing && !document.querySelector("dialog[open]")) {
      const around = event.target.closest("article.reading");
      if (around) { around.tabIndex = -1; around.focus({ preventScroll: true }); event.preventDefault(); }
      return;
    }
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (typing && !event.altKey) {
      if (event.key === "Enter" && event.target.matches("select[name=again], select[name=reason]") && event.target.value) {
        event.preventDefault();
        event.target.closest("form").querySelector("button.danger").click();
      }
      return;
    }
    if (!event.altKey && off && off.checked) return;
    if ((event.key === "?" || event.key === "؟") && !event.altKey) { event.preventDefault(); help(); return; }
    const does = DOES[letterOf(event)];
    if (does) { event.preventDefault(); does(); }
  });

  // A value or a paper is settled without making the whole page anew, and without waiting for the answer:
  // what was sent goes out one after another, and whatever is refused comes back with its reason.
  let line = Promise.resolve(), waiting = 0;
  document.addEventListener("submit", (event) => {
    const form = event.target, card = form.closest("article.reading");
    if (!card || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    const body = new FormData(form, event.submitter), next = nextOf(card), action = form.action;
    if (card.matches(".paper")) card.removeAttribute("data-open");
    else card.remove();
    go(next);
    waiting += 1;
    document.documentElement.setAttribute("aria-busy", "true");
    line = line.then(() => send(card.id, action, body)).catch(() => location.reload()).finally(() => {
      waiting -= 1;
      if (!waiting) document.documentElement.removeAttribute("aria-busy");
    });
  }, true);

  const send = async (id, action, body) => {
    const answer = await fetch(action, { method: "POST", body });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById(id)) location.assign(answer.url);
    else if (answer.ok) settled(id, fresh);
    else refused(fresh);
  };

  // The next doubt; when none is left, the first paper that waits; then the decision.
  const nextOf = (card) => {
    const every = stops(), here = every.findIndex((one) => card.contains(one) || one === card);
    const rest = here < 0 ? every : [...every.slice(here + 1), ...every.slice(0, here)];
    const doubt = card.matches(".doubt") && rest.find((one) => one.closest(".doubt"));
    return doubt || rest.find((one) => one.matches("article.paper")) || rest.find((one) => one.id === "outcome-accepted");
  };

  const settled = (id, fresh) => {
    const card = document.getElementById(id);
    if (card && card.matches(".paper")) keepingFocus(card, fresh.getElementById(id));
    else if (card && !fresh.getElementById(id).matches(".doubt")) card.remove();
    for (const old of document.querySelectorAll("main > .notice.done, main > .notice.info:not([id])")) old.remove();
    const told = fresh.querySelector("main > .notice");
    if (told && !told.id) document.querySelector("main").prepend(told);
    if (waiting > 1) return;
    for (const part of document.querySelectorAll("[data-fresh]")) {
      const other = fresh.getElementById(part.id);
      if (other && !typedIn(part)) keepingFocus(part, other);
    }
    for (const box of fresh.querySelectorAll(".boxed a")) {
      const here = document.getElementById(box.id);
      if (here) here.setAttribute("class", `${box.getAttribute("class")}${here.classList.contains("here") ? " here" : ""}`);
    }
  };

  const keepingFocus = (old, fresh) => {
    const focused = old.contains(document.activeElement) && document.activeElement.id;
    old.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const typedIn = (part) => [...part.querySelectorAll("textarea, input[type=checkbox]")]
    .some((one) => (one.type === "checkbox" ? one.checked !== one.defaultChecked : one.value !== one.defaultValue));

  const refused = (fresh) => {
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    document.title = fresh.title;
    (document.querySelector("[aria-invalid=true]") || document.querySelector(".summary"))?.focus();
    scrollTo({ top: 0 });
  };

  point(document.activeElement);
})();
