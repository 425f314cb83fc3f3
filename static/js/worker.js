// The page's side of the service worker.

const LATER = 5000; // ms: on a slow line the person's own taps go before the guide

// Some browsers have it, some have not, some refuse the very look at it; a file handed on needs none.
export const workers = (() => {
  try {
    return "handed" in document.documentElement.dataset ? undefined : navigator.serviceWorker;
  } catch {
    return undefined;
  }
})();

// Register the worker and ask it to keep this page's language.
export async function keepOffline() {
  if (!workers) return;
  try {
    await workers.register(scriptAddress(), { scope: "/", updateViaCache: "none" });
    await workers.ready;
    await ask("keep");
    setTimeout(ask, LATER, "guide");
  } catch {
    // no worker here: the site works as a plain site
  }
}

// Trusted Types: the one address a script may be registered from.
function scriptAddress() {
  if (!window.trustedTypes) return "/sw.js";
  return trustedTypes.createPolicy("sw", { createScriptURL: () => "/sw.js" }).createScriptURL("");
}

// Ask a worker, the active one unless told: what it keeps (sw.js, hear), or null within 60 s.
export async function ask(what, code = document.documentElement.lang, asked = null) {
  const worker = asked || (await registration())?.active;
  if (!worker) return null;
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, 60000, null);
    worker.postMessage({ do: what, code }, [channel.port2]);
  });
}

export const registration = async () => workers?.getRegistration().catch(() => undefined);
