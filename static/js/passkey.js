// Passkeys are bound to a name: at a numeric address the browser refuses them, so the same page by name is offered.
const box = document.querySelector("[data-passkey]");
if (box && window.PublicKeyCredential) {
  box.hidden = false;
  if (/^[\d.]+$/.test(location.hostname)) {
    const elsewhere = box.querySelector("[data-passkey-elsewhere]");
    elsewhere.href = location.href.replace(location.hostname, "localhost");
    elsewhere.hidden = false;
    box.querySelector("#passkey_login").hidden = true;
  }
}
