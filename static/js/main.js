// Starts the module each [data-module] names; registers the worker after the page is there.

import age from "./age.js";
import check from "./check.js";
import erase from "./erase.js";
import find from "./find.js";
import give from "./give.js";
import install from "./install.js";
import leave from "./leave.js";
import offline from "./offline.js";
import packs from "./packs.js";
import session from "./session.js";
import { onErased } from "./store.js";
import updates from "./updates.js";
import wording from "./wording.js";
import { keepOffline } from "./worker.js";

const modules = { age, check, erase, find, give, install, leave, offline, packs, session, updates, wording };

begin(document);
addEventListener("genu:page", ({ detail }) => begin(detail)); // a page of a file that was handed on

function begin(page) {
  for (const element of page.querySelectorAll("[data-module]")) {
    if (!element.closest("template")) start(element).catch((error) => reportError(error));
  }
}

async function start(element) {
  await modules[element.dataset.module](element);
}

const asked = document.getElementById("check");
onErased(() => asked && location.replace(location.pathname)); // in another window: nothing stays in this one
if (!asked) document.documentElement.classList.add("js"); // check.js does it itself
if (document.readyState === "complete") keepOffline();
else addEventListener("load", keepOffline);
