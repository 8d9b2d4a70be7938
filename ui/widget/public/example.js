/* The example: what an app does with <ma-qr>. No build, no inline script: it works as it stands. */

// Made up, and signed by the key of the published vectors, which no platform recognises.
const SIGNED =
  "******|NGUYEN THI MAU|1989-**-**|0|162979388586171104|<<<<04031786696086357668930443913355" +
  "699764935204781258035932863725910469266145680859955531447038476029217853263873086108146599" +
  "091650773889426516879818276448322<v=1<m=9876541100001202110052099123112345678<c=1234120991" +
  "2300304";
const FULL =
  "001189000000|NGUYEN THI MAU|1989-03-02|0|162979388586171104|<2<<<1222685347818688988656874" +
  "083220995005013028848506690243233940354919497131405327926420641489729822422724781869581867" +
  "3451948746029106416026775697925836614781<v=1<m=9876541100001202110052099123112345678<c=123" +
  "41209912300304";

const qr = document.querySelector("ma-qr");
const form = document.forms[0];

/** The secret of the example; an app gets its own from `GET /v1/me/living`. */
const key = await crypto.subtle.importKey(
  "raw",
  Uint8Array.from({ length: 32 }, (_, at) => at),
  { name: "HMAC", hash: "SHA-256" },
  false,
  ["sign"],
);

function show() {
  const field = form.elements;
  qr.lang = field.english.checked ? "en" : "vi";
  qr.origin = field.origin.checked ? location.origin : "";
  qr.state = field.state.value;
  qr.card = field.card.value ? { colour: field.card.value } : null;
  qr.living = field.living.checked ? { name: 7, key } : null;
  qr.signed = field.signed.value;
  qr.full = field.full.value;
}

function write(event) {
  const row = document.createElement("li");
  row.textContent = `${event.type} ${JSON.stringify(event.detail)}`;
  document.querySelector("#events").prepend(row);
}

for (const name of ["shown", "renewed", "mode", "refused", "verified", "state", "recalled"]) {
  qr.addEventListener(`ma-qr-${name}`, write);
}

form.elements.signed.value = SIGNED;
form.elements.full.value = FULL;
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
show();

const { file, integrity } = await (await fetch("./integrity.json")).json();
document.querySelector("#tag").textContent = `<script type="module" crossorigin
  src="${location.origin}/widget/${file}"
  integrity="${integrity}"></script>

<ma-qr signed="…" origin="${location.origin}"></ma-qr>`;
