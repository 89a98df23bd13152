"""`makeup-ai bundle inspect|selftest|make`."""

from __future__ import annotations

import argparse
import json

from makeup_ai.assistant import Assistant
from makeup_ai.bundle import Bundle
from makeup_ai.selftest import selftest


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    inspect = actions.add_parser("inspect", help="check every file and say what is inside")
    test = actions.add_parser("selftest", help="run the bundle's test vectors on this device")
    for action in (inspect, test):
        action.add_argument("bundle", metavar="BUNDLE")
        action.add_argument("--json", action="store_true")
    test.add_argument("--runtime", default="tflite", help="tflite or onnx")
    make = actions.add_parser("make", help="make a bundle from an understanding run and its exported files")
    make.add_argument("--run", required=True, metavar="RUN", dest="source", help="run of the task understanding")
    make.add_argument("--export", required=True, metavar="DIR", help="folder that `makeup-ai export` filled")
    make.add_argument("--recipe", default="dynamic_int8")
    make.add_argument("--catalogue", metavar="FILE.json", help="products in the bundle's layout; built-in by default")
    make.add_argument("--faq", metavar="FILE.jsonl", help="the brand's questions and answers, one JSON object a line")
    make.add_argument("--weights", metavar="FILE.json", help="of the needs table, from `makeup-ai knowledge learn`")
    make.add_argument("--taste", metavar="FOLDER", help="what purchases taught, from `makeup-ai taste learn`")
    make.add_argument("--index", action="store_true", help="index the product vectors even where they are few")
    make.add_argument("--name", default="makeup_ai bundle")
    make.add_argument("--data-statement", required=True, help="what it was trained and measured on, in words")
    make.add_argument("--out", required=True, metavar="BUNDLE")


def run(options: argparse.Namespace) -> int:
    """Do the action; 1 where a self-test differs."""
    if options.action == "make":
        from makeup_ai.export.making import make_bundle

        bundle = make_bundle(
            options.out,
            run=options.source,
            export=options.export,
            recipe=options.recipe,
            catalogue=options.catalogue,
            name=options.name,
            data=options.data_statement,
            faq=options.faq,
            weights=options.weights,
            index=options.index or None,
            taste=options.taste,
        )
        print(f"{bundle.folder}  next: makeup-ai bundle selftest {bundle.folder}")
        return 0
    if options.action == "selftest":
        report = selftest(Assistant.load(options.bundle, options.runtime))
        if options.json:
            print(json.dumps({"passed": report.passed, "differences": list(report.differences)}, ensure_ascii=False))
        else:
            print("\n".join([*report.differences, str(report)]))
        return int(not report.passed)
    bundle = Bundle.open(options.bundle)
    manifest, weights = bundle.manifest, bundle.table("ranking")["weights"]
    if options.json:
        print(json.dumps(manifest.to_dict(), ensure_ascii=False, indent=1))
        return 0
    print(f"{manifest.name}: domain {manifest.domain}, {', '.join(manifest.languages)}, made with {manifest.version}")
    for name, model in manifest.models.items():
        print(f"model {name}: {model['encoder']}, preset {model['preset']}, {manifest.max_length} pieces")
        for path, facts in model["files"].items():
            scores = "  ".join(f"{score} {value:.4f}" for score, value in facts.get("accuracy", {}).items())
            print(f"  {path}  {facts.get('recipe', '')}  {', '.join(facts['signatures'])}  {scores}")
    print("weights of the terms: " + ", ".join(f"{term} {weight:g}" for term, weight in weights.items()))
    for path, entry in sorted(manifest.files.items()):
        print(f"{entry.bytes:>10}  {entry.sha256[:12]}  {path}")
    print(f"{sum(entry.bytes for entry in manifest.files.values()):>10}  {len(manifest.files)} files, all as made")
    return 0
