"""The C++ headers: each stands alone, says what its template parameters are, can be synthesized."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.ir.arithmetic import cast
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.resources import share_dir

HEADERS = sorted((share_dir("hls") / "include" / "fpgaflow").glob("*.h"))
HOST_ONLY = {
    "beat_bench.h",
    "beat_port.h",
    "beat_server.h",
    "bench.h",
    "counted_weight.h",
    "counting.h",
    "counting_shift_register.h",
    "counting_stream.h",
    "host.h",
}


def ap_types() -> Path:
    spec = importlib.util.find_spec("hls4ml")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "templates" / "vivado" / "ap_types"


def compile_cpp(source: Path, *arguments: str) -> None:
    flags = ("-std=c++11", "-Wall", "-Wno-unknown-pragmas", f"-isystem{ap_types()}")
    subprocess.run(["g++", *flags, *arguments, str(source)], check=True, timeout=300)


@pytest.mark.csim
def test_each_header_stands_alone(tmp_path: Path) -> None:
    for header in HEADERS:
        source = tmp_path / f"{header.stem}.cpp"
        source.write_text(f'#include "{header}"\n#include "{header}"\n')
        compile_cpp(source, "-Werror", "-fsyntax-only")


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_each_template_is_documented(header: Path) -> None:
    text = header.read_text()
    guard = f"FPGAFLOW_{header.stem.upper()}_H_"
    assert text.startswith(f"#ifndef {guard}\n#define {guard}\n")
    for match in re.finditer(r"((?:^ *///.*\n)*)^ *template <(.*?)> (?!struct \w+;)", text, re.M):
        comment = match[1]
        assert comment, f"{header.name}: no comment above template <{match[2]}>"
        said = r"\tparam" in comment or "emplate parameters" in comment
        assert said or "total_t" in text[match.start() : match.end() + 60], match[0]


@pytest.mark.parametrize(
    "header", [path for path in HEADERS if path.name not in HOST_ONLY], ids=lambda path: path.name
)
def test_what_is_synthesized_can_be(header: Path) -> None:
    text = re.sub(r"//.*", "", header.read_text())
    assert not re.search(r"\bnew\b|\bmalloc\b|std::vector|std::string|\bvirtual\b|\bthrow\b", text)
    loops = re.findall(r"^( *)for \(", text, re.MULTILINE)
    labels = re.findall(r"^ *[A-Z]\w+:\n *for \(", text, re.MULTILINE)
    assert len(labels) == len(loops), "every loop has a label"


@pytest.mark.csim
def test_assign_equals_our_cast_where_ap_fixed_reads_beyond_the_sign(tmp_path: Path) -> None:
    pairs = _pairs()
    calls = "\n".join(f"    all<{a.cpp}, {b.cpp}>({a.minimum}, {a.maximum});" for a, b in pairs)
    source = tmp_path / "assign.cpp"
    source.write_text(
        f'#include "{share_dir("hls") / "include" / "fpgaflow" / "bits.h"}"\n'
        "#include <cstdio>\n"
        "template <class A, class B> void all(long long low, long long high) {\n"
        "    for (long long i = low; i <= high; i++)\n"
        '        std::printf("%lld ", fpgaflow::integer_of(\n'
        "            fpgaflow::assign<B>(fpgaflow::from_integer<A>(i))));\n"
        '    std::printf("\\n");\n'
        "}\n"
        f"int main() {{\n{calls}\n}}\n"
    )
    compile_cpp(source, "-o", str(tmp_path / "assign"))
    answer = subprocess.run(
        [str(tmp_path / "assign")], capture_output=True, text=True, check=True, timeout=60
    )
    for (a, b), line in zip(pairs, answer.stdout.splitlines(), strict=True):
        values = np.arange(a.minimum, a.maximum + 1)
        expected = cast(values, a.fraction, b).tolist()
        assert [int(word) for word in line.split()] == expected, f"{a} to {b}"


def _pairs() -> list[tuple[FixedType, FixedType]]:
    """Formats near and beyond the shift that ap_fixed cannot take, in every mode."""
    rng = np.random.default_rng(3)
    pairs: list[tuple[FixedType, FixedType]] = []
    for rounding in Rounding:
        for overflow in Overflow:
            for extra in (-2, 0, 1, 2, 9):
                width, target = int(rng.integers(1, 9)), int(rng.integers(2, 9))
                integer = int(rng.integers(-3, 4))
                source = FixedType(
                    width=width,
                    integer=integer,
                    signed=bool(rng.integers(2)),
                    rounding=Rounding.TRUNCATE,
                    overflow=Overflow.WRAP,
                )
                # The shift is the source's width plus `extra`.
                pairs.append(
                    (
                        source,
                        FixedType(
                            width=target,
                            integer=target - (width - integer) + width + extra,
                            signed=bool(rng.integers(2)),
                            rounding=rounding,
                            overflow=overflow,
                        ),
                    )
                )
    return pairs
