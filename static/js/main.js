// Starts the module each [data-module] names; registers the worker after the page is there.

import { keepOffline } from "./worker.js";

for (const element of document.querySelectorAll("[data-module]")) {
  if (element.closest("template")) continue;
  start(element).catch((error) => reportError(error));
}

async function start(element) {
  const names = ["check", "erase", "find", "install", "offline", "session", "updates", "wording"];
  const name = element.dataset.module;
  if (!names.includes(name)) return;
  const module = await import(`./${name}.js`);
  await module.default(element);
}

if (!document.getElementById("check")) document.documentElement.classList.add("js"); // check.js does it itself
if (document.readyState === "complete") keepOffline();
else addEventListener("load", keepOffline);
