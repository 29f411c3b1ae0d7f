// Sending files: what was chosen is listed with small pictures, sent with its progress, and kept for
// sending again when the connection breaks. Without this file the forms send as any form does.
"use strict";

// One sending carries at most this much, so that a broken connection costs little.
const MOST_BYTES_AT_ONCE = 6 * 1024 * 1024;
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

class Sending {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.input = box.querySelector("input[type=file]:not([data-camera])");
    this.words = box.dataset;
    this.files = [];
    this.list = element("ul", "chosen");
    this.state = element("div", "sending");
    this.state.setAttribute("role", "status");
    this.camera();
    box.append(this.list, this.state);
    this.input.addEventListener("change", () => this.choose(this.input));
    this.form.addEventListener("submit", (event) => this.submitted(event));
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
    this.input.required = !this.files.length;
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
    this.input.required = !this.files.length;
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

  // The next files to go together.
  batch() {
    let bytes = 0;
    const fits = this.files.findIndex((file, at) => { bytes += file.size; return at && bytes > MOST_BYTES_AT_ONCE; });
    return fits < 0 ? this.files : this.files.slice(0, fits);
  }

  async send() {
    const again = this.broken;
    this.broken = false;
    const batch = this.batch();
    this.request = new XMLHttpRequest();
    if (again && !(await this.freshProof())) { this.interrupted(); return; }
    const body = new FormData(this.form);
    body.delete("files");
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
      if (this.files.length) { this.show(); this.send(); } else this.goOn(next);
    } else if (status === 200) {
      this.turnInto(page);
    } else if (status >= 500) {
      this.interrupted();
    } else {
      this.say(this.words.refused, this.again());
    }
  }

  // The answer leads to a page, often this very one: it is asked anew and shown at its place.
  goOn(next) {
    const target = new URL(next, location.href);
    this.show();
    if (target.pathname === location.pathname && target.search === location.search) {
      history.replaceState(null, "", target.href);
      sessionStorage.setItem("place", target.hash.slice(1));
      location.reload();
    } else {
      location.assign(target.href);
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
  for (const box of document.querySelectorAll(".drop[data-upload]")) {
    const sending = new Sending(box);
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

// Leaving in the middle of a sending loses it.
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector(".sending progress") && document.querySelector(".drop[data-filled]")) event.preventDefault();
});
