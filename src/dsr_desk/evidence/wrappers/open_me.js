"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("form"), input = byId("passphrase"), button = byId("open");
  const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let bundle = null;

  // Stored zip members by name; the archive was authenticated by AES-GCM before it is read here.
  const membersOf = (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = bytes.byteLength - 22, members = new Map();
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      const size = view.getUint32(at + 20, true), nameLength = view.getUint16(at + 28, true);
      const extra = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
      const local = view.getUint32(at + 42, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      members.set(name, bytes.subarray(start, start + size));
      at += 46 + nameLength + extra;
    }
    return members;
  };

  const decrypt = async (typed) => {
    const head = byId("head").textContent, facts = JSON.parse(head);
    const normal = typed.toLowerCase().replace(/[^a-z]/g, "");
    const encode = (text) => new TextEncoder().encode(text);
    const secret = await crypto.subtle.importKey("raw", encode(normal), "PBKDF2", false, ["deriveKey"]);
    const derivation = { name: "PBKDF2", hash: "SHA-256", salt: fromBase64(facts.salt), iterations: facts.iterations };
    const key = await crypto.subtle.deriveKey(derivation, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const how = { name: "AES-GCM", iv: fromBase64(facts.nonce), additionalData: encode(head) };
    return new Uint8Array(await crypto.subtle.decrypt(how, key, fromBase64(byId("sealed").textContent)));
  };

  const show = () => {
    const evidence = membersOf(bundle).get("evidence.zip");
    const html = new TextDecoder().decode(membersOf(evidence).get("data/report.html"));
    // The page has the report's style already, and its policy names no other.
    const report = new DOMParser().parseFromString(html.replace(/<style>[^]*?<\/style>/, ""), "text/html");
    const main = document.importNode(report.querySelector("main"), true);
    main.id = "report";
    main.tabIndex = -1;
    document.title = report.title;
    document.body.append(main);
    form.hidden = true;
    byId("opened").hidden = false;
    main.focus();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    byId("wrong").hidden = true;
    button.disabled = true;
    byId("busy").hidden = false;
    try {
      bundle = await decrypt(input.value);
      show();
    } catch {
      bundle = null;
      byId("wrong").hidden = false;
      input.select();
      input.focus();
    }
    byId("busy").hidden = true;
    button.disabled = false;
  });

  byId("print").addEventListener("click", () => window.print());
  byId("save").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bundle], { type: "application/zip" }));
    link.download = byId("save").dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });

  if (!globalThis.crypto || !crypto.subtle) {
    byId("browser").hidden = false;
    form.hidden = true;
  } else {
    form.hidden = false;
    input.focus();
  }
})();
