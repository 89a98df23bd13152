"""What rows of other people's files mean: reviews, products, purchases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text with its sentiment, as read from a file of reviews.

    Args:
        text: Cleaned, never empty.
        label: `"negative"` or `"positive"`.
        rating: In the file's own scale, or `None` where the file has labels.
        product: Id of the product it is about, or `None`.
        user: Id of its writer, or `None`.
        language: `"en"`, `"zh"` or `"other"`, or what the file's language column says.
        row: In the file, see `tables.Row`.
    """

    text: str
    label: str
    rating: float | None
    product: str | None
    user: str | None
    language: str
    row: int

    @property
    def group(self) -> str | None:
        """What must not be in two parts of a split: the product, else the writer, else nothing."""
        return self.product if self.product is not None else self.user
