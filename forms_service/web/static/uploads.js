// Sending files: what was chosen is listed with small pictures, sent with its progress, and kept for
// sending again when the connection breaks. Without this file the forms send as any form does.
"use strict";

// One sending carries at most this much, so that a broken connection costs little, and as many files as the
// service takes at once (web/taking_files.py).
const MOST_BYTES_AT_ONCE = 6 * 1024 * 1024;
const MOST_FILES_AT_ONCE = 20;
const PICTURE_PX = 96;

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

const sizeInWords = (bytes) => {
  const unit = bytes < 1024 * 1024 ? "kilobyte" : "megabyte";
  const amount = bytes / (unit === "kilobyte" ? 1024 : 1024 * 1024);
  const language = document.documentElement.lang === "ar" ? "ar-MA-u-nu-latn" : "fr-MA";
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount);
};

// A small picture drawn here; of kinds the browser cannot open, the kind's name.
const smallPicture = (file) => {
  const place = element("span", "paper", (file.name.split(".").pop() || "").toUpperCase().slice(0, 4));
  place.setAttribute("aria-hidden", "true");
  if (file.type.startsWith("image/")) {
    createImageBitmap(file).then((picture) => {
      const canvas = document.createElement("canvas");
      const scale = PICTURE_PX / Math.max(picture.width, picture.height);
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.setAttribute("aria-hidden", "true");
      place.replaceWith(canvas);
    }).catch(() => {});
  }
  return place;
};

let leaving = false;
let sendings = [];

// The answer leads to a page, often this very one: it is asked anew and shown at its place.
const goOn = (next) => {
  const target = new URL(next, location.href);
  leaving = true;
  if (target.pathname === location.pathname && target.search === location.search) {
    history.replaceState(null, "", target.href);
    sessionStorage.setItem("place", target.hash.slice(1));
    location.reload();
  } else {
    location.assign(target.href);
  }
};

// Whatever button of the form is pressed, files chosen in any of its places are sent first, one place after
// another; then the press does what it is for, with what is ticked.
const sendTogether = (form) => {
  form.addEventListener("submit", (event) => {
    const mine = sendings.filter((one) => one.form === form);
    if (mine.some((one) => one.request)) { event.preventDefault(); return; }
    const pressed = event.submitter;
    const own = mine.find((one) => one.place.contains(pressed));
    const first = own || mine.find((one) => one.files.length);
    if (own && !own.files.length) { event.preventDefault(); own.say(own.words.chooseFirst); return; }
    if (!first) { leaving = true; return; }
    event.preventDefault();
    let places = 0;
    const send = (one) => { places += 1; one.then = goAhead; one.send(); };
    // Files chosen while others were on their way go along: the page is made anew at the end.
    const goAhead = (next) => {
      const more = mine.find((one) => one.files.length);
      if (more) send(more);
      else if (own && !ticked(form)) goOn(places > 1 ? own.where() : next);
      else press(form, own ? null : pressed);
    };
    send(first);
  });
};

const ticked = (form) => [...form.elements].some((one) => one.type === "checkbox" && one.checked !== one.defaultChecked);

const press = (form, button) => {
  leaving = true;
  form.requestSubmit(button);
};

class Sending {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input[type=file]:not([data-camera])");
    this.form = this.input.form;
    this.place = box.closest("[data-send]"); // one of several places that belong to one form
    this.words = box.dataset;
    this.files = [];
    this.list = element("ul", "chosen");
    this.state = element("div", "sending");
    this.state.setAttribute("role", "status");
    this.camera();
    box.append(this.list, this.state);
    this.input.addEventListener("change", () => this.choose(this.input));
    if (!this.place) this.form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => { if (this.broken) this.send(); });
    if (this.input.files.length) this.choose(this.input); // kept by the browser on coming back
  }

  // On a device with a camera and a finger, one more button opens the camera at once.
  camera() {
    if (!window.matchMedia("(pointer: coarse)").matches) return;
    for (const part of this.box.querySelectorAll("[data-camera]")) part.hidden = false;
    const camera = this.box.querySelector("input[data-camera]");
    camera.disabled = false;
    camera.addEventListener("change", () => this.choose(camera));
  }

  // Choosing again adds: a paper of three pages is three photos taken one after another.
  choose(input) {
    this.add(input.files);
    input.value = "";
  }

  add(files) {
    if (this.request) return;
    if (!this.input.multiple) this.files = [];
    this.files.push(...files);
    this.input.required = !this.place && !this.files.length;
    this.state.replaceChildren();
    this.broken = false;
    this.show();
  }

  show() {
    const rows = this.files.map((file) => {
      const row = element("li");
      const name = element("span");
      name.append(element("bdi", "", file.name), element("small", "small", sizeInWords(file.size)));
      const remove = element("button", "quiet", this.words.remove);
      remove.type = "button";
      remove.append(element("span", "sr", ` ${file.name}`));
      remove.addEventListener("click", () => this.remove(file));
      row.append(smallPicture(file), name, remove);
      return row;
    });
    this.list.replaceChildren(...rows);
    this.box.toggleAttribute("data-filled", this.files.length > 0);
  }

  remove(file) {
    if (this.request) return;
    this.files = this.files.filter((one) => one !== file);
    this.input.required = !this.place && !this.files.length;
    this.show();
    this.input.focus();
  }

  submitted(event) {
    event.preventDefault();
    if (this.request) return;
    if (this.files.length) this.send();
    else this.say(this.words.chooseFirst);
  }

  say(text, ...more) {
    const notice = element("div", "notice problem");
    notice.append(element("p", "", text), ...more);
    this.state.replaceChildren(notice);
  }

  // The page at this place.
  where() {
    return `${location.pathname}${location.search}#${this.place.dataset.send}`;
  }

  // The next files to go together.
  batch() {
    let bytes = 0;
    const fits = this.files.findIndex((file, at) => { bytes += file.size; return at === MOST_FILES_AT_ONCE || (at && bytes > MOST_BYTES_AT_ONCE); });
    return fits < 0 ? this.files : this.files.slice(0, fits);
  }

  // What goes with the files: of one place of several its own fields, under plain names.
  fields() {
    if (!this.place) {
      const body = new FormData(this.form);
      body.delete("files");
      return body;
    }
    const body = new FormData();
    for (const field of this.form.querySelectorAll("input:not([name=exemptions])")) body.append(field.name, field.value);
    for (const field of this.place.querySelectorAll("input:not([type=file]), select")) body.append(field.name.split(".")[0], field.value);
    body.append("target", this.place.dataset.send);
    return body;
  }

  async send() {
    const again = this.broken;
    this.broken = false;
    const batch = this.batch();
    this.request = new XMLHttpRequest();
    if (again && !(await this.freshProof())) { this.interrupted(); return; }
    const body = this.fields();
    for (const file of batch) body.append("files", file, file.name);
    const bar = element("progress");
    bar.max = 1;
    const text = element("p", "", this.words.sending);
    const id = `${this.input.id}-progress`;
    text.id = id;
    bar.setAttribute("aria-labelledby", id);
    this.state.replaceChildren(text, bar);
    this.request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    this.request.upload.addEventListener("load", () => { text.textContent = this.words.arrived; bar.removeAttribute("value"); });
    this.request.addEventListener("load", () => this.answered(batch));
    for (const trouble of ["error", "timeout", "abort"]) this.request.addEventListener(trouble, () => this.interrupted());
    this.request.open("POST", this.form.action);
    this.request.setRequestHeader("X-Requested-With", "uploads");
    if (again) this.request.setRequestHeader("X-Sent-Again", "yes");
    this.request.send(body);
  }

  // Before sending again: the page's proof may have ended with its session.
  async freshProof() {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "uploads" } }).catch(() => null);
    if (!answer) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const proof = page.querySelector("input[name=csrf_token]");
    if (proof) this.form.querySelector("input[name=csrf_token]").value = proof.value;
    return true;
  }

  again() {
    const button = element("button", "", this.words.again);
    button.type = "button";
    button.addEventListener("click", () => this.send());
    return button;
  }

  interrupted() {
    this.request = null;
    this.broken = true;
    this.say(this.words.lost, this.again());
    this.state.querySelector("button").focus();
  }

  answered(batch) {
    const { status } = this.request;
    const next = this.request.getResponseHeader("X-Next");
    const page = this.request.responseText;
    this.request = null;
    const asksToSignIn = next && new URL(next, location.href).pathname === this.words.signIn;
    if (asksToSignIn || status === 400) { // 400: the page's proof ended with its session
      this.broken = true;
      const link = element("a", "", this.words.signInWords);
      link.href = this.words.signIn;
      link.target = "_blank";
      const line = element("p");
      line.append(link);
      this.say(this.words.signedOut, line, this.again());
    } else if (next) {
      this.files = this.files.filter((file) => !batch.includes(file));
      this.show();
      if (this.files.length) this.send();
      else if (this.then) this.then(next);
      else goOn(next);
    } else if (status === 200) {
      this.turnInto(page);
    } else if (status >= 500) {
      this.interrupted();
    } else {
      this.broken = true; // some files may have been kept before the refusal: those are not to come twice
      this.say(this.words.refused, this.again());
    }
  }

  // The answer is itself a page.
  turnInto(page) {
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("main");
    if (!fresh) { this.interrupted(); return; }
    document.querySelector("main").replaceWith(fresh);
    prepareUploads();
    fresh.focus();
    window.scrollTo(0, 0);
  }
}

const prepareUploads = () => {
  sendings = [];
  for (const form of document.querySelectorAll("form[data-together]")) sendTogether(form);
  for (const box of document.querySelectorAll(".drop[data-upload]")) {
    const sending = new Sending(box);
    sendings.push(sending);
    box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      sending.add(event.dataTransfer.files);
    });
  }
};
prepareUploads();

// After a sending the page comes back where its files are.
const place = sessionStorage.getItem("place");
sessionStorage.removeItem("place");
if (place) document.getElementById(place)?.scrollIntoView({ block: "start" });

// A file dropped beside its box must not open instead of the page.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
}

// Leaving loses what was chosen and is not sent yet.
window.addEventListener("pageshow", () => { leaving = false; });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && sendings.some((one) => one.request || one.files.length)) event.preventDefault();
});
