"""The operations of the graph, one frozen class each.

A node yields one value, named as the node. Layout is channels-last: a feature map is
[height, width, channels], a vector [n]; nothing carries a batch dimension. `infer_shape` takes
the shapes of the inputs and says what comes out; what is legal beyond shapes stands in
`fpgaflow.ir.spec`. Parameters are named in the node and stored in the graph.

In the fixed-point graph each sum and product is exact and one cast to `element` follows
(`fpgaflow.ir.arithmetic.cast`); there is no other rounding anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Padding, Size, window_output

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all operations have.

    Attributes:
        name: unique in the graph; also the name of the value.
        inputs: names of the values it reads, in order.
        source: where it came from, for messages: module path, source line or ONNX name.
        element: format of the output; None in a real-valued graph.
    """

    name: str
    inputs: tuple[str, ...] = ()
    source: str = ""
    element: FixedType | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the graph's parameters that the node reads."""
        return ()

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the output's shape from the shapes of inputs and parameters, in order."""
        raise AssertionError(f"{type(self).__name__} does not say its shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Node):
    """The image: [height, width, channels], or a vector [n]."""

    shape: Shape

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the declared shape."""
        return self.shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv(Node):
    """Two-dimensional convolution (cross-correlation, as in PyTorch), zero padding.

    Attributes:
        weight: parameter [kernel height, kernel width, input channels / groups, output channels].
        bias: parameter [output channels], or None.
        stride: rows and columns.
        padding: zeros around the input.
        groups: channel groups; as many as input channels is a depthwise convolution.
        accumulator: a format that holds every partial sum, in any order; None while real.
    """

    weight: str
    bias: str | None = None
    stride: Size = Size(1, 1)
    padding: Padding = Padding()
    groups: int = 1
    accumulator: FixedType | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return weight and, when there is one, bias."""
        return (self.weight,) if self.bias is None else (self.weight, self.bias)

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return [output height, output width, output channels]."""
        kernel = Size(*parameters[0][:2])
        height, width = window_output(inputs[0][:2], kernel, self.stride, self.padding)
        return (height, width, parameters[0][3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(Node):
    """Fully connected layer on a vector.

    Attributes:
        weight: parameter [inputs, outputs].
        bias: parameter [outputs], or None.
        accumulator: a format that holds every partial sum, in any order; None while real.
    """

    weight: str
    bias: str | None = None
    accumulator: FixedType | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return weight and, when there is one, bias."""
        return (self.weight,) if self.bias is None else (self.weight, self.bias)

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return [outputs]."""
        return (parameters[0][1],)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNorm(Node):
    """Batch normalisation with fixed statistics; only in the real-valued graph.

    gamma · (x - mean) / sqrt(variance + epsilon) + beta, each a parameter [channels].
    """

    gamma: str
    beta: str
    mean: str
    variance: str
    epsilon: float

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return gamma, beta, mean and variance."""
        return (self.gamma, self.beta, self.mean, self.variance)

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine(Node):
    """x · scale + shift, per channel: a batch norm that stands alone, or input normalisation.

    Attributes:
        scale: parameter [channels].
        shift: parameter [channels], at the fraction of the product once fixed.
    """

    scale: str
    shift: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return scale and shift."""
        return (self.scale, self.shift)

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Elementwise(Node):
    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the first input's shape."""
        return inputs[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relu(_Elementwise):
    """max(x, 0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamp(_Elementwise):
    """min(max(x, low), high); a fixed-point clamp rounds its limits to the output's grid.

    Attributes:
        low: lower limit.
        high: upper limit (6.0 for ReLU6).
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast(_Elementwise):
    """The same value in another format; the identity while real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeQuantize(_Elementwise):
    """A quantizer that came with the model; real-valued graph only.

    Attributes:
        target: the format whose grid the value is rounded to.
    """

    target: FixedType


@dataclass(frozen=True, slots=True, kw_only=True)
class Add(_Elementwise):
    """The sum of two values of one shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat(Node):
    """Values side by side along the last (channel) axis; an operand may repeat."""

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the shape with the channels of all inputs."""
        return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window(Node):
    kernel: Size
    stride: Size
    padding: Padding = Padding()

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return [output height, output width, channels]."""
        height, width = window_output(inputs[0][:2], self.kernel, self.stride, self.padding)
        return (height, width, inputs[0][2])


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPool(_Window):
    """The largest value of each window; padding never wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePool(_Window):
    """The mean of each window: the exact sum times the reciprocal of the count.

    Attributes:
        count_include_pad: whether padding counts as elements (their value is zero).
        reciprocal: unsigned format of the reciprocals 1/count, each rounded to nearest
            (`fpgaflow.ir.geometry.reciprocals`); None while real.
    """

    count_include_pad: bool = True
    reciprocal: FixedType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshape(Node):
    """The same numbers in another shape, in row-major order of the channels-last layout."""

    shape: Shape

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the declared shape."""
        return self.shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsample(Node):
    """Each stride-th row and column, from the first (`x[:, :, ::2, ::2]`)."""

    stride: Size

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the shape with fewer rows and columns."""
        height, width, channels = inputs[0]
        return (-(-height // self.stride.height), -(-width // self.stride.width), channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class PadChannels(Node):
    """Channels of zeros before and after the input's."""

    before: int
    after: int

    def infer_shape(self, inputs: tuple[Shape, ...], parameters: tuple[Shape, ...]) -> Shape:
        """Return the shape with more channels."""
        return (*inputs[0][:-1], self.before + inputs[0][-1] + self.after)


OPERATIONS: tuple[type[Node], ...] = (
    Input,
    Conv,
    Linear,
    BatchNorm,
    Affine,
    Relu,
    Clamp,
    Cast,
    FakeQuantize,
    Add,
    Concat,
    MaxPool,
    AveragePool,
    Reshape,
    Subsample,
    PadChannels,
)
"""Every operation that a graph may hold."""
