// Asks the browser for a passkey and puts its answer into the form: without this file the other ways remain.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const plain = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const asked = (options) => {
    const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
    const found = { ...options, challenge: bytes(options.challenge) };
    if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) found.excludeCredentials = named(options.excludeCredentials);
    if (options.allowCredentials) found.allowCredentials = named(options.allowCredentials);
    return found;
  };

  const told = (key) => {
    const answer = { clientDataJSON: plain(key.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) answer[name] = plain(key.response[name]);
    }
    return JSON.stringify({ id: key.id, rawId: plain(key.rawId), type: key.type, response: answer });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const trouble = form.querySelector("[data-trouble]");
    form.addEventListener("submit", async (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      trouble.hidden = true;
      try {
        const options = { publicKey: asked(JSON.parse(form.dataset.options)) };
        const key = await navigator.credentials[form.dataset.passkey](options);
        form.elements.answer.value = told(key);
        form.submit();
      } catch (error) {
        trouble.textContent = form.dataset.cancelled;
        trouble.hidden = false;
      }
    });
  }
})();
