# Finds Chromium (and Node), or installs them: Debian and Ubuntu by apt, elsewhere Playwright's build.
# Sourced by the Makefile; sets CHROMIUM_PATH when a system browser is used. With ALL_ENGINES it also
# brings Firefox, WebKitGTK's driver and a screen for it.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
need_apt() { command -v apt-get >/dev/null && { as_root apt-get update -qq && as_root apt-get install -y -qq "$@" >/dev/null; }; }

command -v node >/dev/null || need_apt nodejs npm || { echo "Please install Node 18 or later." >&2; exit 1; }
for name in "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome; do
  [ -n "$name" ] && found=$(command -v "$name") && break
done
if [ -z "${found:-}" ] && need_apt chromium fonts-noto-core fonts-noto-cjk; then found=$(command -v chromium); fi
if [ -n "${found:-}" ]; then CHROMIUM_PATH=$found; export CHROMIUM_PATH
else .venv/bin/python -m playwright install chromium
fi
if [ -n "${ALL_ENGINES:-}" ]; then
  { command -v firefox-esr && command -v WebKitWebDriver && command -v xvfb-run; } >/dev/null ||
    need_apt firefox-esr webkit2gtk-driver xvfb ||
    echo "Without Firefox ESR and WebKitGTK's driver their columns fail: no apt here." >&2
fi
