"""What the formula of a cue gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from makeup_ai.vision.space import Array


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One cue of one face, before it is put on a scale.

    Args:
        value: `()` the cue, in the unit of the table's row.
        regions: The same for each region it is seen in, `()` each.
        heat: Makes `(SIDE, SIDE)` where it is seen in the frame, for a picture; `None` where it has no place. Pictures
            are seldom asked for, so they are made only then.
        colour: `(3,)` L*, a*, b* under white light, of a cue that describes a colour.
        usable: One for each region that can be measured and zero where not, where those are no regions of skin.
    """

    value: Array
    regions: Mapping[str, Array]
    heat: Callable[[], Array] | None = None
    colour: Array | None = None
    usable: Mapping[str, Array] = field(default_factory=dict)
