"""The model card of a bundle: its purpose, data, figures and limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from makeup_ai.bundle import Manifest
from makeup_ai.schema import Product


def model_card(manifest: Manifest, config: Mapping[str, Any], products: Sequence[Product]) -> str:
    """Return the card as Markdown; every figure in it comes from the manifest or the run."""
    understanding = manifest.models["understanding"]
    encoder = config["encoder_config"]
    sizes = ", ".join(f"{name} {value}" for name, value in encoder.items() if value not in (None, False))
    parts = Counter(product.category for product in products)
    lines = [
        f"# Model card: {manifest.name}",
        "",
        f"Made with makeup_ai {manifest.version}; schema {manifest.schema_version}; domain `{manifest.domain}`; "
        f"languages {', '.join(manifest.languages)}.",
        "",
        "## What it is for",
        "",
        "Offline shopping advice for cosmetics: it reads a question and offers products with reasons.",
        "It gives cosmetic observations and advice. It is no medical device, diagnoses nothing, and guesses neither "
        "age, sex, origin nor any other trait of a person from a face.",
        "",
        "## Data",
        "",
        manifest.data,
        "",
        f"Catalogue: {len(products)} products in {len(parts)} categories.",
        "",
        "## Model",
        "",
        f"`understanding`: encoder `{understanding['encoder']}`, preset `{understanding['preset']}` ({sizes}); "
        f"texts of at most {manifest.max_length} pieces.",
        "",
        "| file | recipe | bytes | measured |",
        "|---|---|---|---|",
    ]
    for path, facts in understanding["files"].items():
        accuracy = "; ".join(f"{name} {value:.4f}" for name, value in facts.get("accuracy", {}).items())
        lines.append(f"| {path} | {facts.get('recipe', '')} | {facts.get('bytes', '')} | {accuracy} |")
    lines += ["", "Agreement of each file with its Keras model, on real texts, through the tokenizer:", ""]
    for path, facts in understanding["files"].items():
        lines.append(f"- `{path}`: {facts.get('parity_in_words', 'see manifest.json')}")
    for path, facts in manifest.models.get("skin", {}).get("files", {}).items():
        worst = facts["parity"]
        lines.append(
            f"- `{path}` ({facts['bytes']} bytes): {worst['faces']} drawn faces against NumPy; the worst number, "
            f"`{worst['worst']}`, used {worst['share_of_tolerance']:.1%} of its tolerance"
        )
    lines += [
        "",
        "## Limits",
        "",
        "- English and Chinese only; other languages are recognised as such and answered in English, with a word.",
        "- Products are ranked by what this catalogue says of itself and by cosmetic knowledge of ingredients; "
        "nobody's purchases were used.",
        "- Skin tone comes from a photo under unknown light; it is withheld where the light cannot be trusted.",
        "- An allergy that cannot be recognised is said so, and searched for in ingredient lists as written. "
        "The pack always has the last word.",
        "",
    ]
    return "\n".join(lines)
