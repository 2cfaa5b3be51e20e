// Passkeys: has the browser ask for one, and sends what it answers with the form. Without script there is no button for it,
// and everything else is there.
"use strict";

const form = document.querySelector("form[data-passkey]");
const adds = form?.dataset.passkey === "add";
// The request that waits, if one does: the browser takes one at a time.
let waiting;

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

function options() {
  const all = JSON.parse(form.dataset.options);
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  all.challenge = bytes(all.challenge);
  if (adds) {
    all.user.id = bytes(all.user.id);
    all.excludeCredentials = known(all.excludeCredentials);
  } else {
    all.allowCredentials = known(all.allowCredentials);
  }
  return all;
}

// What the authenticator answered, as JSON; all that is bytes in base64url.
function written(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) {
      response[name] = text(credential.response[name]);
    }
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    extensions: {},
    response,
  });
}

async function ask(mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const request = { publicKey: options(), signal: waiting.signal };
  if (mediation) {
    request.mediation = mediation;
  }
  const credential = adds ? await navigator.credentials.create(request) : await navigator.credentials.get(request);
  form.elements.credential.value = written(credential);
  form.submit();
}

if (form && window.PublicKeyCredential) {
  const problem = form.querySelector("[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      await ask();
    } catch {
      problem.hidden = false;
    }
  });
  // Passkeys are offered where the address is typed, too.
  if (!adds && document.querySelector("input[autocomplete~=webauthn]")) {
    PublicKeyCredential.isConditionalMediationAvailable?.().then((can) => {
      if (can && !waiting) {
        ask("conditional").catch(() => {});
      }
    });
  }
}
