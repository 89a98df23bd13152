"""The process that converts: `python -m makeup_ai.export.child JOB.json`, started by `makeup_ai.export.job`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from makeup_ai.export.convert import Part, convert
from makeup_ai.export.samples import Samples


def main(path: Path) -> None:
    """Do the job that a file describes, and append one JSON object to its results file for each part."""
    from makeup_ai.training.run import load_run

    job = json.loads(path.read_text(encoding="utf-8"))
    model = load_run(job["run"]).model
    parts = [Part(*part) for part in job["parts"]]
    with Path(job["results"]).open("a", encoding="utf-8") as results:
        for file in convert(model, Samples.load(Path(job["samples"])), parts, Path(job["folder"]), job["name"]):
            results.write(json.dumps(file.to_dict()) + "\n")
            results.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
