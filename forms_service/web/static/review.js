// Reviewing by keyboard: every key does what a button or a link of the page does without it.
"use strict";

(() => {
  const REMEMBERED = "review-letters-off";
  const off = document.getElementById("letters-off");
  const silent = () => (off ? off.checked : remembered());
  const remembered = () => { try { return localStorage.getItem(REMEMBERED) === "yes"; } catch { return false; } };
  if (off) {
    off.checked = remembered();
    off.addEventListener("change", () => { try { localStorage.setItem(REMEMBERED, off.checked ? "yes" : "no"); } catch { /* kept for this page only */ } });
  }
  document.documentElement.classList.add("scripted");

  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shown = (one) => one.getClientRects().length > 0;
  const placeOf = (one) => one.closest("article, form, tr");
  // A value is met at its card: a letter of the list never stands in its text box by mistake, one key leads in.
  const CARD = "article.reading:not(.paper)";
  const valueOf = (card) => card.querySelector("[name=value]");
  const stops = () => [...document.querySelectorAll("article.reading.doubt, article.paper[data-open], #outcome-accepted, table.queue tbody th a")]
    .filter((one, at, every) => shown(one) && (!one.matches(CARD) || valueOf(one)) && every.findIndex((other) => placeOf(other) === placeOf(one)) === at);

  const go = (one) => {
    if (!one) return;
    if (one.matches(CARD) && silent() && valueOf(one)) one = valueOf(one);
    if (one.matches(CARD)) meet(one);
    one.focus({ preventScroll: true });
    whole(one);
    const around = one.closest("article") || one;
    const block = around.getBoundingClientRect().height > innerHeight * .8 ? "start" : "center";  // its heading stays in view
    around.scrollIntoView({ block, behavior: reduced ? "auto" : "smooth" });
    point(one);
  };
  const meet = (card) => {
    card.tabIndex = -1;
    const value = valueOf(card), said = value?.matches("select") ? value.selectedOptions[0]?.textContent : value?.value;
    card.dataset.label ??= card.getAttribute("aria-label");
    if (said && !value.matches("[type=checkbox]")) card.setAttribute("aria-label", `${card.dataset.label}: \u2068${said}\u2069`);
  };
  const write = () => {
    const card = article(), value = card && card.matches(CARD) && valueOf(card);
    if (!value) return;
    value.focus({ preventScroll: true });
    whole(value);
  };
  // What is typed takes the place of what was read.
  const whole = (one) => { if (one && one.matches(".reading input[type=text]")) one.select(); };

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
  // The first box has the focus from the page itself, before or after this script: its card gets it either way.
  let entered = false;
  const enter = (value) => {
    if (value.autofocus && !entered) go(value.closest("article"));
    entered = true;
  };
  for (const done of ["keydown", "pointerdown"]) document.addEventListener(done, () => { entered = true; }, true);
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches(".reading [name=value]")) return;
    point(event.target);
    enter(event.target);
  });

  const step = (direction) => {
    const every = stops();
    if (!every.length) return;
    const active = document.activeElement;
    const here = every.findIndex((one) => one === active || (placeOf(one) || one).contains(active));
    if (here >= 0) { go(every[(here + direction + every.length) % every.length]); return; }
    const below = every.findIndex((one) => one.getBoundingClientRect().top > 0);
    go(every[direction > 0 ? Math.max(below, 0) : (below > 0 ? below : every.length) - 1]);
  };

  const article = () => document.activeElement && document.activeElement.closest("article.reading");

  // A closer look at the piece of paper in hand.
  const look = () => {
    const open = document.querySelector("dialog.closer");
    if (open) { open.close(); return; }
    const picture = (article() || document.querySelector(".reading"))?.querySelector(".crop img");
    if (!picture) return;
    const large = document.createElement("img");
    large.src = picture.src;
    large.alt = picture.alt;
    closer(large, picture.alt);
  };
  const closer = (large, label) => {
    const dialog = document.createElement("dialog"), back = document.activeElement;
    dialog.className = "closer";
    dialog.setAttribute("aria-label", label);
    dialog.append(large);
    dialog.addEventListener("close", () => { dialog.remove(); back.focus(); whole(back); });
    dialog.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
    dialog.showModal();
  };

  // The whole page, with the box in hand marked on it; of a paper that has no boxes, its picture.
  const lookAtPage = () => {
    const card = article(), box = card && document.getElementById(card.id.replace("reading-", "box-"));
    const sheet = (box || document.querySelector(".boxed a"))?.closest(".boxed");
    if (document.querySelector("dialog.closer") || !sheet || card?.matches(".paper")) { look(); return; }
    const large = sheet.cloneNode(true);
    for (const one of [large, ...large.querySelectorAll("[id]")]) one.removeAttribute("id");
    for (const one of large.querySelectorAll("a")) for (const name of ["href", "tabindex"]) one.removeAttribute(name);
    large.querySelector("img").loading = "eager";
    closer(large, sheet.querySelector("img").alt);
    large.querySelector("a.here")?.scrollIntoView({ block: "center" });
  };

  const again = () => {
    const details = article() && article().querySelector("details.again");
    if (details) { details.open = true; details.querySelector("select").focus(); }
  };
  const paper = (verdict) => {
    const one = article();
    if (!one || !one.matches(".paper")) return;
    const reason = one.querySelector("select[name=reason]"), folded = one.querySelector("details.rule-again");
    if (folded && verdict !== "accept") folded.open = true;
    if (verdict === "accept") one.querySelector("button[value=accept]")?.click();
    else if (reason && !reason.value) reason.focus();
    else one.querySelector("button[value=decline]")?.click();
  };
  // The list of keys opens from wherever one is, and closing it leads back there.
  let before = null;
  const help = () => {
    const keys = document.getElementById("keys"), back = before;
    if (!keys) return;
    before = keys.open ? null : document.activeElement;
    keys.open = !keys.open;
    if (keys.open || !back?.isConnected) go(keys.querySelector("summary"));
    else go(back);
  };

  const DOES = {
    j: () => step(1),
    k: () => step(-1),
    l: look,
    p: lookAtPage,
    s: () => document.getElementById("start")?.click(),
    e: write,
    r: again,
    d: () => go(document.querySelector("article.paper[data-open]") || document.querySelector("article.paper")),
    o: () => paper("accept"),
    n: () => paper("decline"),
    c: () => go(document.getElementById("message")),
    v: () => go(document.querySelector("#decision #outcome-accepted, #decision button") || document.getElementById("start")),
  };
  // By the letter where the keyboard writes Latin, else by the place of the key.
  const letterOf = (event) => (/^[a-z]$/i.test(event.key) ? event.key : event.code.replace(/^Key/, "")).toLowerCase();

  // Whoever types a name out of habit judges no paper by its letters: only the first letter after a pause rules,
  // on a paper in hand. At a value's card it opens the box, and the whole name lands there.
  const TYPING_MS = 800, RULES = new Set(["o", "n"]);
  let lettered = -Infinity;
  const amongLetters = (event) => {
    const soon = event.timeStamp - lettered < TYPING_MS;
    lettered = event.timeStamp;
    return soon;
  };
  const belongsInBox = (event, letter) => event.target.matches(CARD) && valueOf(event.target)?.matches("[type=text]")
    && (RULES.has(letter) || !DOES[letter]);

  // A key that is held down goes from value to value; it never settles what nobody has seen yet.
  const WALKS = new Set(["j", "k"]);

  document.addEventListener("keydown", (event) => {
    if (event.repeat && event.key === "Enter" && !event.target.matches("textarea")) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey) return;
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key === "Escape" && typing && !document.querySelector("dialog[open]")) {
      const around = event.target.closest("article.reading");
      if (around) { if (around.matches(CARD)) meet(around); around.tabIndex = -1; around.focus({ preventScroll: true }); event.preventDefault(); }
      return;
    }
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key === "F2") { event.preventDefault(); write(); return; }
    if (event.key === "Enter" && event.target.matches(CARD) && valueOf(event.target)) {
      event.preventDefault();
      const form = valueOf(event.target).form;
      form.requestSubmit(form.querySelector("button"));
      return;
    }
    const asksHelp = (event.key === "?" || event.key === "؟") && !event.altKey && !silent();
    if (asksHelp && (!typing || event.target.matches(".reading [name=value]"))) { event.preventDefault(); help(); return; }
    if (typing && !event.altKey) {
      if (event.key === "Enter" && event.target.matches("select[name=again], select[name=reason]") && event.target.value) {
        event.preventDefault();
        event.target.closest("form").querySelector("button.danger").click();
      }
      return;
    }
    if (!event.altKey && silent()) return;
    const letter = letterOf(event), does = DOES[letter];
    if (does && event.repeat && !WALKS.has(letter)) { event.preventDefault(); return; }
    if (/^\p{L}$/u.test(event.key) && !event.altKey) {
      const soon = amongLetters(event);
      if (belongsInBox(event, letter)) { if (!soon) write(); else event.preventDefault(); return; }
      if (soon && RULES.has(letter)) { event.preventDefault(); return; }
    }
    if (does) { event.preventDefault(); does(); }
  });

  // A value or a paper is settled without making the whole page anew, and without waiting for the answer:
  // what was sent goes out one after another, and whatever was not kept comes back to its place with its text.
  const WORDS = document.querySelector("[data-not-sent]")?.dataset || {};
  let line = Promise.resolve(), waiting = 0, held = null;
  const back = () => document.querySelector("article.reading.came");

  document.addEventListener("submit", (event) => {
    const form = event.target, card = form.closest("article.reading");
    if (event.defaultPrevented) return;
    if (!card) { hold(event); return; }
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    const sent = { card, form, submitter: event.submitter, id: card.id, place: document.createComment("") };
    sent.body = new FormData(form, event.submitter);
    const next = nextOf(card), leaves = card.contains(document.activeElement);
    card.classList.remove("came");
    card.querySelector(":scope .came-back")?.remove();
    if (card.matches(".paper")) ruled(card, event.submitter);
    else { card.replaceWith(sent.place); if (event.submitter?.value !== "again") waits(card, false); }
    if (leaves) go(next);
    waiting += 1;
    document.documentElement.setAttribute("aria-busy", "true");
    line = line.then(() => send(sent)).catch(() => comeBack(sent, WORDS.notSent)).finally(() => {
      waiting -= 1;
      if (!waiting) document.documentElement.removeAttribute("aria-busy");
    });
  }, true);

  // What came back, or was written and never sent.
  const unsent = () => back() || [...document.querySelectorAll("article.reading")].find(typedIn);

  // A paper says at once how it was judged, and the decision no longer counts it among those that wait.
  const ruled = (card, submitter) => {
    const told = document.createElement("p"), tag = document.createElement("span"), accepted = submitter?.value === "accept";
    card.removeAttribute("data-open");
    card.setAttribute("data-ruled", "");
    card.querySelectorAll(":scope .ruled").forEach((one) => one.remove());
    tag.className = `tag ruled-now ${accepted ? "good" : "bad"}`;
    tag.textContent = accepted ? WORDS.accepted : WORDS.refused;
    told.className = "ruled";
    told.setAttribute("role", "status");
    told.append(tag, ` ${WORDS.beingSent}`);
    submitter?.form.before(told);
    waits(card, false);
  };
  // Whether the decision counts a value or a paper among what is still missing.
  const waits = (card, yes) => {
    for (const line of document.querySelectorAll("[data-about]")) if ([card.id, card.dataset.field].includes(line.dataset.about)) line.hidden = !yes;
  };

  // A request or a decision goes out only after every value before it arrived.
  const hold = (event) => {
    const form = event.target, { submitter } = event;
    if (form.method !== "post" || (!waiting && !unsent())) return;
    event.preventDefault();
    if (held) return;
    held = form;
    line.then(() => {
      held = null;
      if (!waiting && unsent()) {
        form.querySelector(".came-back")?.remove();
        (submitter || form.lastElementChild).before(notice(WORDS.notAllKept));
        const card = unsent();
        for (let fold = card.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
        go(card.querySelector("[name=value]") || card);
      } else form.requestSubmit(submitter);
    });
  };
  window.addEventListener("beforeunload", (event) => { if (waiting || back()) event.preventDefault(); });

  const send = async (sent) => {
    const answer = await fetch(sent.form.action, { method: "POST", body: sent.body, headers: { "X-Requested-With": "review" } })
      .catch(() => null);
    if (!answer || answer.status >= 500) { comeBack(sent, WORDS.notSent); return; }
    if (answer.status === 400 || answer.status === 401) { comeBack(sent, WORDS.signedOut, signIn()); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById(sent.id)) comeBack(sent, fresh.querySelector("main h1, main .notice")?.textContent || WORDS.notSent);
    else if (answer.ok) settled(sent, fresh);
    else refused(sent, fresh);
  };

  const notice = (text, ...more) => {
    const made = document.createElement("div"), words = document.createElement("p");
    made.className = "notice problem came-back";
    made.setAttribute("role", "alert");
    words.textContent = text;
    made.append(words, ...more);
    return made;
  };
  const signIn = () => {
    const link = document.createElement("a"), around = document.createElement("p");
    link.href = WORDS.signIn;
    link.target = "_blank";
    link.textContent = WORDS.signInWords;
    around.append(link);
    return around;
  };

  // The card stands at its place again, with everything written in it.
  const putBack = (sent, card) => {
    waits(card, true);
    delete sent.form.dataset.sent;
    card.classList.add("came");
    if (!card.matches(".paper")) card.classList.add("doubt");
    const there = sent.place.isConnected ? sent.place : document.getElementById(sent.id);
    if (there && there !== card) there.replaceWith(card);
    else if (!there) document.getElementById("doubts-head").after(card);
    for (const other of document.querySelectorAll(`[id="${sent.id}"]`)) if (other !== card) other.remove();
  };
  const comeBack = (sent, text, ...more) => {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "second";
    again.textContent = WORDS.sendAgain;
    again.addEventListener("click", () => sendAgain(sent));
    if (sent.card.matches(".paper")) {
      sent.card.setAttribute("data-open", "");
      sent.card.removeAttribute("data-ruled");
      sent.card.querySelector(":scope .ruled")?.remove();
    }
    putBack(sent, sent.card);
    sent.form.prepend(notice(text, ...more, again));
    lost.push(sent);
  };
  const lost = [];
  const sendAgain = async (sent) => {
    if (lost.includes(sent)) lost.splice(lost.indexOf(sent), 1);
    await freshProof();
    if (sent.card.isConnected && !sent.form.dataset.sent) sent.form.requestSubmit(sent.submitter);
  };
  window.addEventListener("online", () => { for (const one of [...lost]) sendAgain(one); });

  // The page's proof may have ended with its session.
  const freshProof = async () => {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "review" } }).catch(() => null);
    if (!answer) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const proof = page.querySelector("input[name=csrf_token]");
    if (proof) for (const one of document.querySelectorAll("input[name=csrf_token]")) one.value = proof.value;
  };

  // The next doubt; when none is left, the first paper that waits; then the decision.
  const nextOf = (card) => {
    const every = stops(), here = every.findIndex((one) => card.contains(one) || one === card);
    const rest = here < 0 ? every : [...every.slice(here + 1), ...every.slice(0, here)];
    const doubt = card.matches(".doubt") && rest.find((one) => one.closest(".doubt"));
    return doubt || rest.find((one) => one.matches("article.paper")) || rest.find((one) => one.id === "outcome-accepted");
  };

  const settled = (sent, fresh) => {
    const card = fresh.getElementById(sent.id);
    if (sent.card.matches(".paper")) keepingFocus(sent.card, card);
    else if (card.matches(".doubt") || sent.place.parentElement?.closest("#sure-part")) sent.place.replaceWith(card.cloneNode(true));
    else sent.place.remove();
    if (!back()) document.querySelector("main > .summary")?.remove();
    for (const old of document.querySelectorAll("main > .notice.done, main > .notice.info:not([id])")) old.remove();
    const told = fresh.querySelector("main > .notice");
    if (told && !told.id) document.querySelector("main").prepend(told);
    if (waiting <= 1) refresh(fresh);
  };

  // Only what was refused changes, with what others did: everything else that was written stays.
  const refused = (sent, fresh) => {
    const card = fresh.getElementById(sent.id);
    const told = [...fresh.querySelectorAll("main > .summary li")].map((one) => one.textContent.trim()).join(" ");
    if (told && !card.querySelector(".error")) card.querySelector("form")?.prepend(notice(told));
    for (const part of ["main > .summary", "#changes"]) {
      const other = fresh.querySelector(part), old = document.querySelector(part);
      if (old && other) old.replaceWith(other);
      else if (other) document.querySelector("main h1").before(other);
    }
    refresh(fresh);
    if (sent.card.matches(".paper")) keepingFocus(sent.card, card);
    putBack(sent, card);
  };

  const refresh = (fresh) => {
    for (const part of document.querySelectorAll("[data-fresh]")) {
      const other = fresh.getElementById(part.id);
      if (!other || typedIn(part) || part.contains(held) || part.querySelector(".came")) continue;
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      other.querySelectorAll("details").forEach((one, at) => { one.open = one.open || open[at]; });
      keepingFocus(part, other);
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

  const changed = (one) => {
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.matches("select")) return one.selectedIndex !== Math.max(0, [...one.options].findIndex((option) => option.defaultSelected));
    return one.type !== "hidden" && one.value !== one.defaultValue;
  };
  const typedIn = (part) => [...part.querySelectorAll("textarea, input, select")].some(changed);

  point(document.activeElement);
  if (document.activeElement?.matches(".reading [name=value]")) enter(document.activeElement);
})();
