"""The graph inside a torch.export archive, rebuilt field by field from its JSON.

torch's own reader evaluates shape expressions as Python, imports modules that tree descriptions
name, and writes names into generated code. So every string that it would use in such a way is held
against a pattern here, and what fpgaflow does not need is replaced or left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import cast


class Unvetted(ValueError):
    """The archive holds something that is not proven harmless; the message completes "but …"."""


_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,255}")
_PATH = re.compile(r"[A-Za-z0-9_.\-]{0,1024}")
_TARGET = re.compile(r"torch\.ops\.aten\.[A-Za-z0-9_]{1,64}\.[A-Za-z0-9_]{1,64}|_operator\.getitem")
_SYMBOL = r"Symbol\('[a-z][0-9]{1,6}'(?:, (?:positive|nonnegative)=True)?(?:, integer=True)?\)"
_ATOM = rf"(?:{_SYMBOL}|[su][0-9]{{1,6}}|[0-9]{{1,12}})"
# A sum or product of batch sizes and numbers, without powers, calls or attributes.
_EXPRESSION = re.compile(rf"{_ATOM}(?: ?[+*] ?{_ATOM}){{0,8}}")
_SOURCE_PATH = re.compile(r"[\w .,;:/()\[\]'@<>\-]{0,20000}")
_STACK_TRACE = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f]{0,20000}")
_TREE_TYPES = frozenset({"builtins.tuple", "builtins.list", "builtins.dict"})
# Higher-order operators, script objects and effect tokens: nothing a feed-forward network has.
_FOREIGN = frozenset({"as_graph", "as_custom_obj", "as_operator", "custom_obj", "token"})
_METADATA = {
    "stack_trace": _STACK_TRACE,
    "nn_module_stack": _SOURCE_PATH,
    "torch_fn": _SOURCE_PATH,
}


def vet_model(text: bytes) -> bytes:
    """The same graph in JSON, holding nothing that torch's reader could be made to run.

    Raises:
        Unvetted: a string is not what torch.export writes for a network of aten operators; the
            message quotes it.
        LookupError, TypeError, ValueError, RecursionError: the JSON has another structure.
    """
    program = _object(json.loads(text))
    graph_module = _object(program["graph_module"])
    entries = [_object(entry) for entry in _list(graph_module["module_call_graph"])]
    signature = _object(entries[0]["signature"])
    vetted = {
        "graph_module": {
            "graph": _vet(graph_module["graph"], "graph"),
            "signature": _vet(graph_module["signature"], "signature"),
            "module_call_graph": [
                {
                    "fqn": "",
                    "signature": {
                        "inputs": _vet(signature["inputs"], "inputs"),
                        "outputs": _vet(signature["outputs"], "outputs"),
                        "in_spec": _vet_tree(signature["in_spec"]),
                        "out_spec": _vet_tree(signature["out_spec"]),
                        "forward_arg_names": _vet_names(signature.get("forward_arg_names")),
                    },
                }
            ],
            "metadata": {},
            "treespec_namedtuple_fields": {},
        },
        "opset_version": {"aten": int(str(_object(program["opset_version"])["aten"]))},
        "range_constraints": _vet(program["range_constraints"], "range_constraints"),
        "schema_version": _vet(program["schema_version"], "schema_version"),
        "verifiers": ["TRAINING"],
        "torch_version": "",
        "guards_code": [],
    }
    return json.dumps(vetted).encode()


def vet_tensor_table(text: bytes) -> tuple[bytes, list[dict[str, object]]]:
    """A vetted table of weights or constants, and its entries.

    Raises:
        Unvetted: an entry is a pickle.
        LookupError, TypeError, ValueError: the JSON has another structure.
    """
    entries: list[dict[str, object]] = []
    table: dict[str, object] = {}
    for name, value in _object(_object(json.loads(text))["config"]).items():
        entry = _object(value)
        if entry["use_pickle"] is not False:
            raise Unvetted(f"its tensor {name!r} is a pickle")
        _match(_PATH, name, "parameter name")
        _match(_IDENTIFIER, entry["path_name"], "record name")
        vetted = _object(_vet(entry, "entry"))
        entries.append(vetted)
        table[name] = vetted
    return json.dumps({"config": table}).encode(), entries


def _vet(value: object, key: str) -> object:
    """Copy a JSON value, holding every string against the pattern of the field it is in."""
    if isinstance(value, dict):
        return _vet_object(cast("dict[str, object]", value), key)
    if isinstance(value, list):
        return [_vet(item, key) for item in cast("list[object]", value)]
    if isinstance(value, str):
        return _STRINGS.get(key, _vet_plain)(value)
    return value


def _vet_object(value: Mapping[str, object], key: str) -> dict[str, object]:
    if key == "metadata":
        return {
            name: text
            for name, text in value.items()
            if isinstance(text, str) and name in _METADATA and _METADATA[name].fullmatch(text)
        }
    foreign = sorted(_FOREIGN & set(value))
    if foreign:
        raise Unvetted(f"its graph holds a field {foreign[0]!r}")
    if key == "device" and "type" in value:
        return {"type": "cpu", "index": None}
    for name in value:
        _match(_IDENTIFIER, name, "field name")
    return {name: _vet(item, name) for name, item in value.items()}


def _vet_plain(text: str) -> str:
    return _match(_PATH, text, "string")


def _pattern(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    return lambda text: _match(pattern, text, what)


_STRINGS: Mapping[str, Callable[[str], str]] = {
    "name": _pattern(_IDENTIFIER, "name"),
    "as_name": _pattern(_IDENTIFIER, "name"),
    "target": _pattern(_TARGET, "operator"),
    "expr_str": _pattern(_EXPRESSION, "shape expression"),
}


def _match(pattern: re.Pattern[str], text: object, what: str) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise Unvetted(f"its {what} {str(text)[:80]!r} is not one that is known to be harmless")
    return text


def _vet_names(value: object) -> list[str] | None:
    if value is None:
        return None
    return [_match(_IDENTIFIER, name, "argument name") for name in _list(value)]


def _vet_tree(text: object) -> str:
    protocol, tree = _list(json.loads(str(text)))
    if protocol != 1:
        raise Unvetted(f"its tree description is of version {protocol!r}")
    return json.dumps([1, _vet_tree_node(tree)])


def _vet_tree_node(value: object) -> dict[str, object]:
    node = _object(value)
    children = [_vet_tree_node(child) for child in _list(node["children_spec"])]
    if node["type"] is None:
        return {"type": None, "context": None, "children_spec": []}
    if node["type"] not in _TREE_TYPES:
        raise Unvetted(f"its inputs or outputs are in a {node['type']!r}")
    context: object = json.loads(str(node["context"]))
    names = None if context is None else _vet_names(context)
    return {"type": node["type"], "context": json.dumps(names), "children_spec": children}


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("a JSON object is missing")
    return cast("dict[str, object]", value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a JSON list is missing")
    return cast("list[object]", value)
