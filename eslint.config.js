import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["node_modules/", ".venv/", "out/", "tests/blank/"] },
  js.configs.recommended,
  { files: ["static/js/*.js"], languageOptions: { globals: globals.browser } },
  {
    files: ["static/js/sw.js", "static/js/sw-off.js"],
    languageOptions: {
      globals: {
        ...globals.serviceworker,
        VERSION: "readonly",
        BUILD: "readonly",
        triage: "readonly",
        shownQuestions: "readonly",
      },
      sourceType: "script",
    },
  },
  { files: ["tests/**/*.js", "tests/**/*.mjs", "eslint.config.js"], languageOptions: { globals: globals.node } },
  { rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" } },
];
