"""Load real files of reviews, catalogues and purchases, and print what is in them: counts and row numbers, no contents.

    python benchmarks/data_layouts.py FOLDER

Every file named in FILES that is in the folder is read with its mapping, reviews are split and searched for leaks. The
exit status is 1 where a file is refused.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.layouts import (
    CatalogueRow,
    LabelledText,
    Loaded,
    Purchase,
    read_products,
    read_purchases,
    read_reviews,
)
from makeup_ai.training.data.quality import measure_quality
from makeup_ai.training.data.splits import split

Reader = Callable[[Path, str], Loaded[LabelledText] | Loaded[CatalogueRow] | Loaded[Purchase]]

# File -> its reader, the mapping where the column names do not suffice, and what its reviews are split by.
FILES: dict[str, tuple[Reader, str, str | None]] = {
    "reviews_en_sephora.csv": (read_reviews, "", "product"),
    "sentiment_zh_shampoo.csv": (read_reviews, "", "text"),
    "products_en_sephora_2020.csv": (read_products, "category=minicategory", None),
    "products_en_sephora_2023.csv": (read_products, "category=secondary_category", None),
    "makeup_en_products.json": (read_products, "category=product_type", None),
    "titles_zh_beauty.csv": (read_products, "", None),
    "interactions_sephora_train.csv": (read_purchases, "", None),
    "interactions_sephora_val.csv": (read_purchases, "", None),
}


def main(folder: Path) -> int:
    print(f"Python {platform.python_version()}, {platform.machine()}, folder {folder.name}\n")
    refused = 0
    for name, (read, mapping, by) in FILES.items():
        if not (folder / name).is_file():
            print(f"{name} is not in the folder\n")
            continue
        start = time.perf_counter()
        try:
            loaded = read(folder / name, mapping)
        except DataError as error:
            refused += 1
            print(f"refused: {error}\n")
            continue
        reviews = [row for row in loaded.rows if isinstance(row, LabelledText)]
        chosen = split(reviews, by) if by else None
        print(measure_quality(loaded, chosen))
        if chosen:
            print(f"split by {by}, {len(chosen.left_out)} rows left out")
        if catalogue := [row for row in loaded.rows if isinstance(row, CatalogueRow)]:
            priced, listed = (
                sum(row.price is not None for row in catalogue),
                sum(bool(r.ingredients) for r in catalogue),
            )
            print(f"{priced} with a price, {listed} with ingredients, {len({row.brand for row in catalogue})} brands")
        print(f"{time.perf_counter() - start:.2f} s\n")
    return 1 if refused else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python benchmarks/data_layouts.py FOLDER")
    sys.exit(main(Path(sys.argv[1])))
