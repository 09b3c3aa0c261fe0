"""Everything that a compression method tunes and measures networks with."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from fpgaflow.compress.evaluate import accuracy
from fpgaflow.compress.plan import Figures
from fpgaflow.compress.record import Tuning
from fpgaflow.compress.training import fit
from fpgaflow.compress.training_history import History, Watcher
from fpgaflow.compress.training_images import Normalise
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import ImageSet
from fpgaflow.zoo import count_macs, count_parameters


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """Data, a place for checkpoints, and who watches.

    Attributes:
        train: labelled images to learn from.
        validation: labelled images that figures and statistics come from.
        normalise: mean and standard deviation on pixels from 0 to 1.
        input_shape: (channels, height, width), of clips with frames in front.
        folder: where each training has a folder of checkpoints; None keeps none.
        resume: whether trainings go on from checkpoints that are there.
        watcher: of every training.
        say: told in one line of what begins and what came out.
        begin: told the name of each training before it.
        tunings: every training so far.
    """

    train: ImageSet
    validation: ImageSet
    normalise: Normalise
    input_shape: tuple[int, ...]
    folder: Path | None = None
    resume: bool = True
    watcher: Watcher | None = None
    say: Callable[[str], None] = lambda _: None
    begin: Callable[[str], None] = lambda _: None
    tunings: list[Tuning] = field(default_factory=list[Tuning])

    def tune(
        self,
        module: nn.Module,
        name: str,
        settings: TrainSettings,
        *,
        teacher: nn.Module | None = None,
        trainable: Collection[str] | None = None,
    ) -> History:
        """Train a network in place under a name that no other training of this bench has."""
        epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs at most"
        self.say(f"{name}: training for {epochs}")
        self.begin(name)
        history = fit(
            module,
            self.train,
            self.validation,
            settings,
            normalise=self.normalise,
            folder=None if self.folder is None else self.folder / name,
            resume=self.resume,
            teacher=teacher,
            trainable=trainable,
            progress=self.watcher,
        )
        self.tunings.append(Tuning(name=name, history=history))
        return history

    def accuracy(self, module: nn.Module, settings: TrainSettings) -> float:
        """Return the accuracy on the validation images, from 0 to 1."""
        return accuracy(
            module, self.validation, self.normalise, batch=settings.batch, device=settings.device
        )

    def figures(self, module: nn.Module, accuracy: float) -> Figures:
        """Return a network in three numbers."""
        return Figures(
            accuracy=accuracy,
            macs=count_macs(module, self.input_shape),
            parameters=count_parameters(module),
        )
