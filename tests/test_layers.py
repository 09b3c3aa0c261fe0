"""The order of the layers: a module imports only from its own layer and from those before it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fpgaflow

PACKAGE = Path(fpgaflow.__file__).parent
ORDER = (
    ("errors", "version", "resources", "toml_file"),
    ("ir",),
    ("interpret",),
    ("engine",),
    ("passes",),
    ("zoo", "data"),
    ("compress",),
    ("frontend",),
    ("quantize",),
    ("hardware",),
    ("backend",),
    ("report",),
    ("api",),
    ("cli",),
    ("notebooks", "overlays"),
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
# The facade offers the public API and nothing else; the runtime stands beside the others.
SPECIAL = {"__init__", "__main__", "runtime"}
RUNTIME_MAY_IMPORT = {"runtime", "ir", "interpret", "engine", "errors", "version"}
TORCH_LAYERS = {"zoo", "compress", "frontend", "quantize", "api"}
BOARD_LAYERS = {
    "errors",
    "version",
    "resources",
    "ir",
    "interpret",
    "engine",
    "runtime",
    "notebooks",
    "overlays",
}

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
LAYERS = {*RANK, "runtime"}


def layer_of(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imports_of(module: Path, *, lazy: bool = True) -> Iterator[str]:
    """Absolute names of the modules that `module` imports, those inside functions included."""
    tree = ast.parse((PACKAGE / module).read_text())
    for node in ast.walk(tree) if lazy else at_import(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: relative import"
            assert node.module is not None
            yield node.module
            # A name imported from a package may be one of its modules.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: no function bodies, no TYPE_CHECKING."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from at_import(child)


def may_import(layer: str, target: str) -> bool:
    if target == layer or target not in LAYERS:
        return True
    if target == "runtime":
        return layer in {"api", "cli", "overlays"}
    return RANK[target] < RANK[layer] or RANK[layer] == 0


def is_torch_half(module: Path) -> bool:
    return layer_of(module) == "interpret" and module.name.startswith("torch_")


def test_every_layer_is_known() -> None:
    found = {layer_of(module) for module in MODULES}
    assert found - SPECIAL <= set(RANK)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_go_only_to_earlier_layers(module: Path) -> None:
    layer = layer_of(module)
    names = {name for name in imports_of(module) if name.startswith("fpgaflow.")}
    targets = {name.split(".")[1] for name in names}
    if layer == "runtime":
        assert targets <= RUNTIME_MAY_IMPORT
        assert not {name for name in names if name.startswith("fpgaflow.interpret.torch_")}
    elif layer not in SPECIAL:
        wrong = {target for target in targets if not may_import(layer, target)}
        assert not wrong, f"{module} ({layer}) imports {sorted(wrong)}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_torch_stays_in_its_layers(module: Path) -> None:
    if layer_of(module) in TORCH_LAYERS or is_torch_half(module):
        return
    wrong = {name for name in imports_of(module) if name.split(".")[0] in {"torch", "torchvision"}}
    assert not wrong, f"{module} imports {sorted(wrong)}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_what_runs_on_the_board_needs_only_numpy(module: Path) -> None:
    if layer_of(module) not in BOARD_LAYERS or is_torch_half(module):
        return
    allowed = {*sys.stdlib_module_names, "numpy", "fpgaflow"}
    if layer_of(module) == "runtime":
        allowed.add("pynq")
    wrong = {name for name in imports_of(module) if name.split(".")[0] not in allowed}
    assert not wrong, f"{module} imports {sorted(wrong)}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_numpy_half_does_not_import_the_torch_half(module: Path) -> None:
    if layer_of(module) not in BOARD_LAYERS or is_torch_half(module):
        return
    wrong = {n for n in imports_of(module, lazy=False) if n.startswith("fpgaflow.interpret.torch_")}
    assert not wrong, f"{module} imports {sorted(wrong)} when it is imported"


def test_importing_fpgaflow_loads_no_torch() -> None:
    script = "import sys, fpgaflow; sys.exit('torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], cwd=PACKAGE.parent, check=False).returncode
        == 0
    )
