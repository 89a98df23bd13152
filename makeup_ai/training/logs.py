"""The two logs of a run: lines of JSON for machines, TensorBoard events for curves."""

from __future__ import annotations

import json
import os
from typing import Any

from makeup_ai.training.run import RunLayout


class Log:
    """The two logs of a run: lines of JSON for machines, TensorBoard events for curves."""

    def __init__(self, layout: RunLayout, keep_bytes: int):
        from tensorboardX import SummaryWriter

        layout.folder.mkdir(parents=True, exist_ok=True)
        self._lines = layout.log.open("ab")
        self._lines.truncate(min(keep_bytes, self.bytes))
        self._board = SummaryWriter(str(layout.tensorboard))

    @property
    def bytes(self) -> int:
        """Length of the file of lines so far."""
        return self._lines.seek(0, os.SEEK_END)

    def step(self, step: int, loss: float) -> None:
        """Record one step's loss."""
        self._write({"step": step, "loss": loss})
        self._board.add_scalar("train/loss", loss, step)

    def epoch(self, epoch: int, loss: float, found: dict[str, dict[str, float]], seconds: float) -> None:
        """Record an epoch's mean loss and validation metrics."""
        self._write({"epoch": epoch, "loss": loss, "seconds": seconds, "valid": found})
        for head, values in found.items():
            for name, value in values.items():
                self._board.add_scalar(f"valid/{head}.{name}", value, epoch)

    def _write(self, entry: dict[str, Any]) -> None:
        self._lines.write(json.dumps(entry).encode() + b"\n")
        self._lines.flush()

    def close(self) -> None:
        """Close both."""
        self._lines.close()
        self._board.close()
