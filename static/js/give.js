// "Give this app to someone": one file made of what this phone keeps, the same as the server's. It is
// made of the list inside it, so that nothing entered can get into it.

import { ask, workers } from "./worker.js";

const code = document.documentElement.lang;
const text = (path) => fetch(path).then((answer) => answer.text());

export default async function give(element) {
  if (!workers || !window.CompressionStream) return; // the link leads to the server's
  const status = await ask("guide");
  if (!status?.ready.includes(code)) return; // only of what is kept, so compared with its digest
  const file = await made().catch(() => null);
  if (!file) return;
  element.querySelector("a").href = URL.createObjectURL(file);
  const send = element.querySelector("button");
  send.hidden = !navigator.canShare?.({ files: [file] });
  send.addEventListener("click", () => navigator.share({ files: [file], title: "Genu" }).catch(() => {}));
}

// webapp/handed.py does the same.
async function made() {
  const shell = await text(`/${code}/shell`);
  const files = {};
  const list = JSON.parse(shell.match(/id="files">([^<]+)</)[1]);
  for (const path of list) files[path] = await text(path);
  const packed = new Blob([JSON.stringify(files)]).stream().pipeThrough(new CompressionStream("gzip"));
  const whole = shell.replace("PACKED", await base64(await new Response(packed).blob()));
  return new File([whole], `genu-${code}.html`, { type: "text/html" });
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
}
