"""One script out of modules: it does what they do, and what it cannot take is named."""

import subprocess

import pytest

from webapp.assets import SCRIPT, SCRIPTS, files
from webapp.bundle import bundle

MODULES = {
    "main": """import twice from "./a.js";
import { one as first, three } from "./a.js";
import * as b from "./b.js";
console.log(first, three(), twice(2), b.one);
""",
    "a": """import { one as other } from "./b.js";
export const one = other + 1;
export async function later() {}
export function three() {
  return 3;
}
export default function double(n) {
  return n * 2;
}
""",
    "b": "export const one = 40;\n",
}


def written(folder, modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_modules_find_each_other(tmp_path):
    script = bundle("main", written(tmp_path, MODULES))
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert done.stdout == "41 3 4 40\n"


@pytest.mark.parametrize(
    "modules, named",
    [
        ({"main": 'import "./b.js";\n'}, 'main.js: not understood: import "./b.js";'),
        ({"main": "export { x };\n"}, "main.js: not understood: export"),
        ({"main": 'import { a } from "./main.js";\n'}, "circle of imports: main → main"),
    ],
)
def test_what_cannot_be_taken_is_named(tmp_path, modules, named):
    with pytest.raises(ValueError) as fault:
        bundle("main", written(tmp_path, modules))
    assert named in str(fault.value)


def test_every_module_of_the_pages_is_in_the_one_script():
    script = files()[SCRIPT].decode()
    for path in SCRIPTS.glob("*.js"):
        name = path.stem.replace("-", "_")
        assert (f"module_{name}=(" in script) is (
            path.stem not in ("sw", "sw-off", "choose", "handed")
        ), path
