"""From a checkpoint's parameter names to the zoo's.

Wrappers put a prefix before every name, and implementations of one paper spell the same layer
differently. Here both are undone; nothing is guessed from shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Family = Literal["resnet", "densenet", "vgg", "mobilenet", "squeezenet", "lipnet"]

# DataParallel, torch.compile, and the attribute names of common training wrappers.
_WRAPPERS = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.")
# A step counter of batch norm's training; nothing reads it in evaluation.
_COUNTER = "num_batches_tracked"


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    replacement: str
    # The common DenseNets for CIFAR count layers from 0, the zoo counts from 1.
    increment: bool = False

    def apply(self, name: str) -> str | None:
        match = self.pattern.match(name)
        if match is None:
            return None
        if not self.increment:
            return match.expand(self.replacement) + name[match.end() :]
        number = int(match["layer"]) + 1
        return match.expand(self.replacement).replace("#", str(number)) + name[match.end() :]


def _rules(*rows: tuple[str, str]) -> tuple[_Rule, ...]:
    return tuple(_Rule(re.compile(pattern), replacement) for pattern, replacement in rows)


_DENSE = r"(?:dense|block)(?P<block>\d{1,3})\.(?:layer\.)?(?P<layer>\d{1,4})\."
_RULES: dict[Family, tuple[_Rule, ...]] = {
    "resnet": _rules(
        (r"(?:fc|classifier)\.", "linear."),
        (r"(layer\d+\.\d+)\.downsample\.", r"\1.shortcut."),
    ),
    "densenet": (
        *_rules(
            (r"conv1\.", "features.conv0."),
            (r"bn1?\.", "features.norm5."),
            (r"(?:fc|linear)\.", "classifier."),
            (r"trans(\d{1,3})\.(?:bn1?|norm)\.", r"features.transition\1.norm."),
            (r"trans(\d{1,3})\.conv1?\.", r"features.transition\1.conv."),
            (r"features\.norm_final\.", "features.norm5."),
            (
                r"(features\.denseblock\d+\.denselayer\d+)\.(norm|conv)\.([12])\.",
                r"\1.\2\3.",
            ),
        ),
        _Rule(
            re.compile(_DENSE + r"bn(?P<n>[12])\."),
            r"features.denseblock\g<block>.denselayer#.norm\g<n>.",
            increment=True,
        ),
        _Rule(
            re.compile(_DENSE + r"conv(?P<n>[12])\."),
            r"features.denseblock\g<block>.denselayer#.conv\g<n>.",
            increment=True,
        ),
    ),
    "vgg": _rules(
        (r"feature\.", "features."),
        (r"(?:fc|linear|classifier\.0)\.", "classifier."),
    ),
    "mobilenet": (),
    "squeezenet": (),
    "lipnet": (),
}

_SIGNATURES: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("resnet", re.compile(r"layer1\.\d+\.conv1\.weight$")),
    ("densenet", re.compile(r"features\.denseblock1\.denselayer\d+\.(conv1|conv\.1)\.weight$")),
    ("densenet", re.compile(_DENSE + r"conv1\.weight$")),
    ("mobilenet", re.compile(r"features\.1\.3\.weight$")),
    # Before VGG, whose first convolution has the same name.
    ("squeezenet", re.compile(r"features\.3\.squeeze\.weight$")),
    ("lipnet", re.compile(r"lstm\.weight_ih_l0$")),
    ("vgg", re.compile(r"features?\.0\.weight$")),
)


def peel_wrappers(names: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield maps from each name to itself, then without the first wrapper's prefix, and so on."""
    bare = {name: name for name in names}
    yield bare
    while prefix := _shared_prefix(bare.values()):
        bare = {name: short[len(prefix) :] for name, short in bare.items()}
        yield bare


def strip_wrappers(names: Iterable[str]) -> dict[str, str]:
    """Map each name to itself without the wrappers' prefixes that all of them share."""
    *_, bare = peel_wrappers(names)
    return bare


def _shared_prefix(names: Iterable[str]) -> str:
    known = list(names)
    for prefix in _WRAPPERS:
        if known and all(name.startswith(prefix) and len(name) > len(prefix) for name in known):
            return prefix
    return ""


def family_of(names: Iterable[str]) -> Family | None:
    """The family whose layers bare parameter names spell; None where no family is known."""
    known = list(names)
    for family, pattern in _SIGNATURES:
        if any(pattern.match(name) for name in known):
            return family
    return None


def map_names(names: Iterable[str], family: Family) -> dict[str, str]:
    """Map the checkpoint's parameter names to the zoo's, in the checkpoint's order.

    Batch norm's step counters are left out. A name that no rule knows maps to itself.
    """
    return {
        name: _rename(bare, _RULES[family])
        for name, bare in strip_wrappers(names).items()
        if not bare.endswith(_COUNTER)
    }


def _rename(name: str, rules: tuple[_Rule, ...]) -> str:
    for rule in rules:
        renamed = rule.apply(name)
        if renamed is not None:
            return renamed
    return name
