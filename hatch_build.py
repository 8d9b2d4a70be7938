"""The build hook: makes what the wheel (or an editable install) carries and git does not."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface[Any]):
    """Runs each maker in `tools/` before the files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's
        """Called by hatchling for a wheel (`standard`) and for an editable install."""
        root = Path(self.root)
        build_units(root)
        build_pages(root)


def build_units(root: Path) -> None:
    """The administrative units, from the data files of a package that only the build needs."""
    _tool(root, "build_units").build(root)


def build_pages(root: Path) -> None:
    """The pages of `ui/`, with the Node of a package that only the build needs."""
    _tool(root, "build_ui").build(root)


def _tool(root: Path, name: str) -> ModuleType:
    """A module of `tools/`, which is not a package that could be imported here."""
    spec = importlib.util.spec_from_file_location(name, root / "tools" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
