// The reader inside a file that is handed on: unpacks the pages it carries and shows them. Where it
// cannot, the danger signs stand in the file already. No words here.

const home = `/${document.documentElement.lang}/`;
const byId = (id) => document.getElementById(id);
const YEAR = 366 * 24 * 60 * 60 * 1000; // ms
const own = { createHTML: (text) => text, createScript: (text) => text }; // of what the file carries
const policy = window.trustedTypes ? trustedTypes.createPolicy("handed", own) : own;
const views = new Map(); // path → the <main> of a page, made when it is first asked for
const titles = {}; // path → title
let files = {}; // path → page; the script
let shown = null; // the <main> shown
let place = null; // where in the check a person was when a page was opened

unpacked().then(begin).catch(() => {});

async function unpacked() {
  const bytes = Uint8Array.from(atob(byId("packed").textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  files = await new Response(stream).json();
}

function begin() {
  const page = parsed(home);
  const made = byId("made");
  byId("old").hidden = Date.now() - Date.parse(made.dataset.made) < YEAR;
  document.head.append(page.querySelector("style"));
  document.body.replaceChildren(...page.body.children, ...parsed(`${home}parts`).querySelectorAll("template, #guide"));
  document.querySelector("footer").append(made);
  shown = document.querySelector("main"); // the check: always in the document, as it holds the answers
  views.set(home, shown);
  titles[home] = page.title;
  addEventListener("click", follow, true);
  addEventListener("popstate", back, true);
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = policy.createScript(files[Object.keys(files).find((path) => path.endsWith(".js"))]);
  document.body.append(script);
}

// A page as a document, without what only a place in the net can give.
function parsed(path) {
  const page = new DOMParser().parseFromString(policy.createHTML(files[path]), "text/html");
  const away = "noscript, script[src], [data-module=install], [data-module=updates]";
  for (const node of page.querySelectorAll(away)) node.remove();
  for (const node of page.querySelectorAll(".languages")) node.hidden = true;
  cutLinks(page);
  return page;
}

// Take away links to pages the file does not carry, in templates too.
function cutLinks(part) {
  for (const link of part.querySelectorAll("a[href^='/']")) if (!pathOf(link)) (link.closest("nav>ul>li") || link).remove();
  for (const template of part.querySelectorAll("template")) cutLinks(template.content);
}

// The page a link leads to, "" when the file does not carry it. In a static copy links end in a slash.
function pathOf(link) {
  const path = link.getAttribute("href").split("#")[0];
  return [path, path.replace(/\/$/, "")].find((one) => one in files) || "";
}

function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || document.querySelector("[data-wording=pick][aria-pressed=true]")) return; // words are picked
  const inside = link.getAttribute("href").startsWith("#") && shown !== views.get(home);
  const path = pathOf(link);
  if (!inside && !path) return; // the check's own, or a number to call
  event.preventDefault();
  event.stopImmediatePropagation();
  if (inside) return bring(link.hash.slice(1));
  if (path === home) return toCheck(link.hash);
  if (shown === views.get(home)) place = history.state;
  history.pushState({ page: path }, "");
  show(path);
  bring(link.hash.slice(1));
}

// To where the person was; from there, or by the link that asks to begin, to the start.
function toCheck(hash) {
  const there = shown === views.get(home);
  const state = there ? { at: -1 } : place;
  history.pushState(state, "");
  show(home);
  if (there) dispatchEvent(new PopStateEvent("popstate", { state }));
  if (hash === "#q1" && byId("start").classList.contains("on")) byId("start").querySelector("[data-do=start]").click();
}

function back(event) {
  if (event.state?.page) event.stopImmediatePropagation();
  show(event.state?.page || home);
}

function show(path) {
  const view = views.get(path) || made(path);
  if (view !== shown) scrollTo(0, 0);
  if (shown !== views.get(home)) shown.remove();
  views.get(home).hidden = path !== home;
  if (path !== home) views.get(home).after(view);
  shown = view;
  document.title = titles[path];
  bring("");
}

function made(path) {
  const page = parsed(path);
  const view = page.querySelector("main");
  view.removeAttribute("id");
  views.set(path, view);
  titles[path] = page.title;
  queueMicrotask(() => dispatchEvent(new CustomEvent("genu:page", { detail: view })));
  return view;
}

// To a place in the page shown, else to its heading.
function bring(id) {
  const target = id && shown.querySelector(`#${CSS.escape(id)}`);
  if (target) {
    target.closest("details")?.setAttribute("open", "");
    return target.scrollIntoView();
  }
  const heading = shown.hidden ? null : shown.querySelector("h1");
  if (shown === views.get(home) || !heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
