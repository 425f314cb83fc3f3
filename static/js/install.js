// "Keep on this phone": a quiet line after a result; hidden when installed, 90 days after a "not now".
// After a finished check the browser is asked to keep what it has for good; never in an emergency, as some
// browsers then put a question on the screen.

const KEY = "genu.not-now";
const PAUSE = 90 * 24 * 60 * 60 * 1000;
let event = null;
addEventListener("beforeinstallprompt", (offered) => {
  offered.preventDefault();
  event = offered;
});

export default function install(element) {
  const ios = /iP(hone|ad|od)/.test(navigator.userAgent);
  const button = element.querySelector("[data-do=install]");
  const offer = () => {
    const installed = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
    element.hidden = Boolean(installed) || paused() || !(event || ios);
    button.hidden = !event;
    element.querySelector("[data-ios]").hidden = !ios;
  };
  addEventListener("genu:result", () => (offer(), stay().catch(() => {})));
  addEventListener("appinstalled", () => (element.hidden = true));
  button.addEventListener("click", async () => {
    await event.prompt();
    event = null;
    offer();
  });
  element.querySelector("[data-do=not-now]").addEventListener("click", () => {
    element.hidden = true;
    try {
      localStorage.setItem(KEY, String(Date.now()));
    } catch {
      // not remembered
    }
  });
}

async function stay() {
  if (document.querySelector("#result .level.emergency")) return;
  if (!(await navigator.storage?.persisted?.())) await navigator.storage?.persist?.();
}

function paused() {
  try {
    const since = Date.now() - Number(localStorage.getItem(KEY) || 0);
    return since >= 0 && since < PAUSE;
  } catch {
    return false;
  }
}
