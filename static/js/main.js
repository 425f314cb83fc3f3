// Starts the module each [data-module] names; registers the worker after the page is there.

import check from "./check.js";
import erase from "./erase.js";
import find from "./find.js";
import install from "./install.js";
import offline from "./offline.js";
import session from "./session.js";
import updates from "./updates.js";
import { keepOffline } from "./worker.js";

const modules = { check, erase, find, install, offline, session, updates };

for (const element of document.querySelectorAll("[data-module]")) {
  if (!element.closest("template")) start(element).catch((error) => reportError(error));
}

async function start(element) {
  await modules[element.dataset.module](element);
}

if (!document.getElementById("check")) document.documentElement.classList.add("js"); // check.js does it itself
if (document.readyState === "complete") keepOffline();
else addEventListener("load", keepOffline);
