// Body of the service worker. The server puts before it: VERSION, BUILD and the triage engine.
// Its contract: own version's cache only; every body checked by digest; every answer fully read;
// respondWith never rejects; the last source is the danger page inside BUILD.

const PREFIX = "genu-";
const CACHE = PREFIX + VERSION;
const PREFERENCES = "genu-preferences"; // last language; no answers
const INSTALL_LIMIT = 60000; // ms for one file, body included
const WAIT_LIMIT = 2500; // ms for the network when something else can be shown
const PATIENT_LIMIT = 20000; // ms when nothing else can
const HEAD_LIMIT = 5000; // ms of these until the answer begins: a dead line is told from a slow one
const PAINT = 120; // ms between the start screen and the rest of the page
const CODES = Object.keys(BUILD.packs);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(hear(event).catch(() => {})));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || url.pathname === "/healthz" || url.pathname === "/sw.js") return;
  if (event.request.headers.has("range") || url.pathname.endsWith("/genu.html")) return;
  const answer = event.request.method === "POST" ? posted : event.request.method === "GET" ? got : null;
  if (answer === posted && event.request.mode !== "navigate") return;
  if (answer) event.respondWith(answer(event, url.pathname).catch(() => lastResort(event, url.pathname)));
});

// ---- keeping

// A language is its check and danger pages first, its guide a moment later: on a bad line the check
// is kept at the first try. An update takes both at once, so that nothing kept is lost.
async function install() {
  const codes = await languagesToKeep();
  const readers = await guidesKept();
  try {
    await keep(filesOf(codes));
    for (const code of readers) await keep(await guideOf(code));
  } catch (error) {
    await caches.delete(CACHE).catch(() => {});
    throw error;
  }
}

const filesOf = (codes) => Object.assign({}, BUILD.shared, ...codes.map((code) => BUILD.packs[code]));

// The guide's files of a kept language: its list is kept with the check.
async function guideOf(code) {
  const list = await caches.match(`/${code}/guide.json`, { cacheName: CACHE });
  return list ? list.json() : null;
}

// Languages whose guide an earlier version kept.
async function guidesKept() {
  const kept = await Promise.all(CODES.map((code) => caches.match(`/${code}/guide`, { ignoreVary: true })));
  return CODES.filter((code, n) => kept[n]);
}

// All or nothing: resolves when every file is kept.
async function keep(files) {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const wanted = Object.entries(files).filter(([path]) => !kept.has(path));
  await Promise.all(wanted.map(([path, digest]) => keepOne(cache, path, digest)));
}

async function keepOne(cache, path, integrity) {
  const load = (mode) =>
    within(INSTALL_LIMIT, (signal) => fetch(source(path), { cache: mode, integrity, redirect: "error", signal }));
  // A hashed address may come from the browser's own cache; a stale copy fails its digest.
  const response = await load(path.startsWith("/static/") ? "default" : "no-cache").catch(() => load("reload"));
  if (!response.ok) throw new Error(path);
  await cache.put(path, response);
}

// In a static copy a page is a folder: its address ends in a slash there, without one it is a redirect.
const source = (path) => (BUILD.folders && /\/[^/.]+$/.test(path) ? `${path}/` : path);

// A response with its whole body read inside the limit, and only headers that are safe to keep.
async function within(limit, load, head = limit) {
  const control = new AbortController();
  const [timer, first] = [limit, head].map((ms) => setTimeout(() => control.abort(), ms));
  try {
    const response = await load(control.signal);
    clearTimeout(first);
    const body = await response.arrayBuffer();
    const headers = new Headers(response.headers);
    for (const name of ["vary", "set-cookie", "content-encoding", "content-length"]) headers.delete(name);
    return new Response(body, { status: response.status, headers });
  } finally {
    clearTimeout(timer);
    clearTimeout(first);
  }
}

async function languagesToKeep() {
  const codes = new Set();
  for (const name of await ours()) {
    for (const request of await (await caches.open(name)).keys()) add(codes, request.url);
  }
  for (const client of await clients.matchAll({ includeUncontrolled: true })) add(codes, client.url);
  if (!codes.size) codes.add(spoken());
  return [...codes];
}

function add(codes, url) {
  const code = codeOf(new URL(url).pathname);
  if (code) codes.add(code);
}

function codeOf(path) {
  const code = path.split("/")[1];
  return CODES.includes(code) ? code : "";
}

function spoken() {
  const wanted = navigator.languages || [];
  return wanted.map((tag) => CODES.find((code) => tag === code || tag.startsWith(code + "-"))).find(Boolean) || "en";
}

// Of the last release stay the files that its open pages may still ask for; they have hashed addresses.
// A newer one may be installing itself at this moment: its cache, made later, is left alone.
async function activate() {
  const names = await ours();
  const old = names.slice(0, names.indexOf(CACHE));
  const last = old.pop();
  for (const name of old) await caches.delete(name);
  if (last) await drop(last, (path) => !path.startsWith("/static/") || path in BUILD.shared);
  await self.clients.claim();
}

const ours = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFERENCES);

// Remove from a cache what `which` picks by its path; an empty cache goes.
async function drop(name, which) {
  const cache = await caches.open(name);
  for (const request of await cache.keys()) if (which(new URL(request.url).pathname)) await cache.delete(request);
  if (!(await cache.keys()).length) await caches.delete(name);
}

// {do: "keep", code} its check · {do: "guide", code} all of it · {do: "drop", code} nothing of it · {do: "status"}:
// each → {version, medicine, sizes: {code: kB}, checks: [codes], ready: [codes]} · {do: "activate"}
async function hear(event) {
  const { do: what, code } = event.data || {};
  if (what === "activate") await self.skipWaiting();
  if (what === "keep" && CODES.includes(code)) await keep(filesOf([code])).catch(() => {});
  if (what === "guide" && CODES.includes(code)) await keepGuide(code).catch(() => {});
  if (what === "drop" && CODES.includes(code)) for (const name of await ours()) await drop(name, (path) => codeOf(path) === code);
  if (what !== "activate") event.ports[0]?.postMessage(await counted());
}

async function keepGuide(code) {
  await keep(filesOf([code]));
  await keep(await guideOf(code));
}

async function counted() {
  const kept = new Set((await (await caches.open(CACHE)).keys()).map((r) => new URL(r.url).pathname));
  const whole = (files) => files && Object.keys(files).every((path) => kept.has(path));
  const checks = CODES.filter((code) => whole(filesOf([code])));
  const ready = [];
  for (const code of checks) if (whole(await guideOf(code))) ready.push(code);
  return { version: VERSION, medicine: BUILD.medicine, sizes: BUILD.sizes, checks, ready };
}

// ---- answering

async function got(event, path) {
  const page = event.request.mode === "navigate";
  const start = page && path === "/";
  if (start) path = `/${await lastLanguage()}/`;
  const code = codeOf(path);
  const kept = (await stored(path)) || (page && (await stored(path.endsWith("/") ? path.slice(0, -1) : path + "/")));
  if (page && code && !start) event.waitUntil(rememberLanguage(code));
  if (kept) return page ? inTwoParts(kept) : kept;
  const other = page ? await stored(`/${code || (await lastLanguage())}/danger`) : null;
  const asked = page && BUILD.folders ? source(path) : event.request;
  const load = (signal) => fetch(asked, { signal });
  if (!page) return within(PATIENT_LIMIT, load);
  if (path === `/${code}`) return Response.redirect(`${path}/`);
  const fresh = within(other ? WAIT_LIMIT : PATIENT_LIMIT, load, HEAD_LIMIT).then(own);
  return other ? fresh.catch(() => other) : fresh;
}

// Every answer of our server has a policy; what failing servers, proxies and log-in pages say has none.
function own(response) {
  const ours = BUILD.folders || response.headers.has("content-security-policy"); // hosts of files send what they like
  if (response.status >= 500 || !ours) throw new Error("not ours");
  return response;
}

async function stored(path) {
  try {
    const own = await caches.match(path, { cacheName: CACHE, ignoreVary: true });
    const response = own || (path.startsWith("/static/") && (await caches.match(path, { ignoreVary: true })));
    return response && new Response(await response.arrayBuffer(), { headers: response.headers });
  } catch {
    return undefined; // damaged entry: the next source answers
  }
}

// The start screen first, the long form a moment later: a slow phone paints in between. Scripts that
// are kept need no head start.
async function inTwoParts(response) {
  const html = await response.text();
  const cut = html.indexOf('<form id="check"');
  if (cut < 0) return new Response(html, { headers: response.headers });
  const encode = (text) => new TextEncoder().encode(text);
  let later = 0;
  const parts = new ReadableStream({
    start(out) {
      out.enqueue(encode(html.slice(0, cut).replace(/<link rel="modulepreload"[^>]*>/g, "")));
      later = setTimeout(() => {
        try {
          out.enqueue(encode(html.slice(cut)));
          out.close();
        } catch {
          // the page is gone: nobody reads the rest
        }
      }, PAINT);
    },
    cancel: () => clearTimeout(later), // the person went on before the rest was there
  });
  return new Response(parts, { headers: response.headers });
}

async function lastResort(event, path) {
  if (event.request.mode !== "navigate") return new Response("", { status: 504 });
  const code = codeOf(path) || (await lastLanguage());
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'" };
  return new Response(linked(BUILD.lastResort[code], await dangersKept().catch(() => [])), { headers });
}

// Languages whose danger page can be opened.
async function dangersKept() {
  const kept = await Promise.all(CODES.map((code) => stored(`/${code}/danger`)));
  return CODES.filter((code, n) => kept[n]);
}

// The last resort with links to these languages only.
function linked(html, codes) {
  if (!codes.length) return html.replace(/<nav>.*<\/nav>/s, "");
  return html.replace(/<li data-kept="([^"]*)".*?<\/li>/gs, (line, code) => (codes.includes(code) ? line : ""));
}

async function rememberLanguage(code) {
  try {
    if (code === (await lastLanguage())) return;
    await (await caches.open(PREFERENCES)).put("/language", new Response(code));
  } catch {
    // storage refused: the browser's language will do
  }
}

async function lastLanguage() {
  try {
    const kept = await caches.match("/language", { cacheName: PREFERENCES });
    const code = kept ? await kept.text() : "";
    return CODES.includes(code) ? code : spoken();
  } catch {
    return spoken();
  }
}

// ---- the check's form, sent without page script: answered here, so answers stay on the phone

async function posted(event, path) {
  const code = codeOf(path);
  const kept = code && path === `/${code}/` && (await stored(path));
  if (!kept) return within(PATIENT_LIMIT, (signal) => fetch(event.request, { signal }));
  const html = await kept.text();
  // a foreign page could post chosen answers and show a false all-clear: it gets the empty check
  const fromUs = event.request.referrer.startsWith(location.origin + "/");
  const headers = new Headers(kept.headers); // the policy of the page it is made of
  headers.set("cache-control", "no-store");
  return new Response(fromUs ? filled(html, await event.request.formData()) : html, { headers });
}

// The kept page with the sent answers ticked and, when all is answered, the outcome shown.
function filled(html, form) {
  const book = JSON.parse(html.match(/<script type="application\/json" id="book">([\s\S]*?)<\/script>/)[1]);
  const answers = read(book, form);
  const part = form.get("part") || "all";
  for (const [name, value] of form) {
    const field = `name="${name}" value="${value}"`;
    if (/^[a-z_]+$/.test(name) && /^[a-z0-9_]+\??$/.test(value)) html = html.replace(field, `${field} checked`);
  }
  const outcome = triage(book, answers, part === "all");
  const complete = part === "all" && !outcome.open.length && !lacking(book, answers);
  if (part === "switch" || (outcome.level !== "emergency" && !complete)) return marked(html, part);
  const template = html.match(/<template id="outcome">([\s\S]*?)<\/template>/)[1];
  return marked(html, "result")
    .replace(/(<section id="result"[^>]*>)/, (start) => start + pruned(template, outcome))
    .replace(/<section id="start"[\s\S]*?<\/section>/, "");
}

function marked(html, part) {
  return html.replace(/<html /, `<html class="plain" data-posted="${part}" `);
}

function read(book, form) {
  const answers = {};
  for (const question of book.questions) {
    const sent = form.getAll(question.id);
    if (!sent.length || sent[0] === "") continue;
    if (question.type === "multi") {
      answers[question.id] = {};
      for (const row of sent) if (row.endsWith("?")) answers[question.id][row.slice(0, -1)] = "unsure";
      for (const row of sent) if (question.options.includes(row)) answers[question.id][row] = "yes";
    } else if (question.type === "number") {
      const value = Number(sent[0]);
      if (value >= question.range[0] && value <= question.range[1]) answers[question.id] = value;
    } else if (question.options.includes(sent[0])) {
      answers[question.id] = sent[0];
    }
  }
  return answers;
}

function lacking(book, answers) {
  const optional = new Set(book.questions.filter((q) => q.optional || q.benign || !q.check).map((q) => q.id));
  return shownQuestions(book, answers).some((id) => !optional.has(id) && !(id in answers));
}

function pruned(template, outcome) {
  const reasons = Object.fromEntries(
    [...template.matchAll(/<li data-rule="(\w+)">[\s\S]*?<\/li>/g)].map((match) => [match[1], match[0]]),
  );
  const list = (ids) => ids.map((id) => reasons[id]).join("");
  const some = outcome.rules.length ? "some" : "none";
  const keepIf = (attribute, test) => (text) =>
    text.replace(new RegExp(`<section [^>]*data-${attribute}="([^"]*)"[^>]*>[\\s\\S]*?</section>`, "g"), (all, value) =>
      test(value) ? all : "",
    );
  return [
    keepIf("level", (level) => level === outcome.level),
    keepIf("levels", (levels) => levels.split(" ").includes(outcome.level)),
    keepIf("why", (why) => why === some),
    keepIf("open", () => outcome.open.length > 0),
    (text) => text.replace(/<ul class="reasons">[\s\S]*?<\/ul>/, `<ul class="reasons">${list(outcome.reasons)}</ul>`),
    (text) => text.replace(/(<details class="more">[\s\S]*?<ul>)(<\/ul><\/details>)/, (all, start, end) =>
      outcome.more.length ? start + list(outcome.more) + end : "",
    ),
  ].reduce((text, step) => step(text), template);
}
