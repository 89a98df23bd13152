"""A bundle is opened only as it was made, and made whole or not at all."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest

from makeup_ai.assistant import Assistant
from makeup_ai.bundle import MANIFEST, REQUIRED, Bundle, describe_files
from makeup_ai.errors import BundleError
from makeup_ai.selftest import selftest


@pytest.fixture
def copied(tiny_bundle, tmp_path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def edit(folder: Path, change) -> None:
    """Change the manifest."""
    path = folder / MANIFEST
    values = json.loads(path.read_text("utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


def reseal(folder: Path) -> None:
    """Let the manifest say what the files are now: a bundle that was made wrong rather than changed."""
    entries = {name: {"bytes": e.bytes, "sha256": e.sha256} for name, e in describe_files(folder).items()}
    edit(folder, lambda values: values.update(files=entries))


def edit_table(folder: Path, name: str, change) -> None:
    path = folder / "tables" / f"{name}.json"
    values = json.loads(path.read_text("utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")
    reseal(folder)


def test_an_untouched_bundle_opens_and_passes_its_own_test(tiny_bundle):
    bundle = Bundle.open(tiny_bundle)
    assert set(REQUIRED) < set(bundle.manifest.files)
    on_disk = {p.relative_to(tiny_bundle).as_posix() for p in tiny_bundle.rglob("*") if p.is_file()}
    assert on_disk == {*bundle.manifest.files, MANIFEST}
    assert set(bundle.manifest.models["understanding"]["files"]) == {
        "models/understanding.tflite",
        "models/understanding.onnx",
    }
    for runtime in ("tflite", "onnx"):
        report = selftest(Assistant.load(tiny_bundle, runtime))
        assert report.passed, report.differences
        assert (report.tokens, report.consultations) == (2, 2)


def test_a_self_test_names_what_differs(copied):
    path = copied / "vectors/consultations.json"
    vectors = json.loads(path.read_text("utf-8"))
    vectors[0]["intent"], vectors[1]["scores"] = "thanks", [0.0]
    path.write_text(json.dumps(vectors), encoding="utf-8")
    reseal(copied)
    report = selftest(Assistant.load(copied))
    assert not report.passed
    assert any("intent" in line and "thanks" in line for line in report.differences)
    assert any("scores" in line for line in report.differences)


def test_a_self_test_with_nothing_to_compare_is_not_passed(copied):
    for name in ("tokens", "consultations"):
        (copied / f"vectors/{name}.json").write_text("[]", encoding="utf-8")
    reseal(copied)
    assert not selftest(Assistant.load(copied)).passed


@pytest.mark.parametrize("name", [*REQUIRED, "models/understanding.onnx", "vectors/evaluation.jsonl"])
def test_one_changed_byte_is_refused_by_the_files_name(copied, name):
    path = copied / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=f"^{name}: changed"):
        Bundle.open(copied)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_file_is_named(copied, name):
    (copied / name).unlink()
    with pytest.raises(BundleError, match=f"^{name}: "):
        Bundle.open(copied)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_file_that_the_manifest_forgets_is_named(copied, name):
    edit(copied, lambda values: values["files"].pop(name))
    with pytest.raises(BundleError, match=f"^{name}: not listed"):
        Bundle.open(copied)


def test_a_file_cut_short_is_named_with_its_size(copied):
    path = copied / "models/understanding.tflite"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BundleError, match=r"^models/understanding.tflite: expected \d+ bytes"):
        Bundle.open(copied)


@pytest.mark.parametrize("version", [0, 2, "1", None, [1]])
def test_another_generation_is_refused(copied, version):
    edit(copied, lambda values: values.update(schema_version=version))
    with pytest.raises(BundleError, match=r"manifest.json: expected schema_version 1"):
        Bundle.open(copied)


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "/etc/hostname", "tables\\x", "C:/x", "nul\0", "."])
def test_a_path_that_leads_elsewhere_is_refused(copied, name):
    (copied.parent / "secret").write_text("x")
    edit(copied, lambda values: values["files"].update({name: {"bytes": 1, "sha256": "0" * 64}}))
    with pytest.raises(BundleError) as told:
        Bundle.open(copied)
    assert str(told.value).startswith(name)


def test_a_link_that_leaves_the_folder_is_refused(copied):
    inside = copied / "NOTICE.md"
    outside = copied.parent / "notice"
    inside.rename(outside)
    inside.symlink_to(outside)  # of the very content that the manifest names
    with pytest.raises(BundleError, match=r"^NOTICE.md: a link that leaves the bundle"):
        Bundle.open(copied)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_manifest_that_is_no_object_is_refused(copied, content):
    (copied / MANIFEST).write_bytes(content)
    with pytest.raises(BundleError, match=f"^{MANIFEST}: "):
        Bundle.open(copied)


@pytest.mark.parametrize(
    "field", ["name", "version", "domain", "languages", "max_length", "files", "models", "embedding_dim", "data"]
)
def test_a_field_that_is_missing_or_of_another_type_is_refused(copied, field):
    kept = (copied / MANIFEST).read_text("utf-8")
    edit(copied, lambda values: values.pop(field))
    with pytest.raises(BundleError, match=f"{MANIFEST}: .*{field}"):
        Bundle.open(copied)
    if field in {"languages", "max_length", "files", "models", "embedding_dim"}:
        (copied / MANIFEST).write_text(kept, encoding="utf-8")
        edit(copied, lambda values: values.update({field: None}))
        with pytest.raises(BundleError, match=MANIFEST):
            Bundle.open(copied)


@pytest.mark.parametrize("facts", [{}, {"encoder": "bert"}, 5, {"task": {}, "encoder": "", "preset": "", "files": 5}])
def test_a_model_of_which_too_little_is_said_is_refused(copied, facts):
    edit(copied, lambda values: values["models"].update(understanding=facts))
    with pytest.raises(BundleError, match=MANIFEST):
        Bundle.open(copied)


@pytest.mark.parametrize("folder", ["nowhere", "bundle/NOTICE.md"])
def test_what_is_no_bundle_is_refused(copied, folder):
    with pytest.raises(BundleError):
        Bundle.open(copied.parent / folder)


def test_a_file_that_is_not_there_is_asked_for_in_vain(tiny_bundle):
    with pytest.raises(BundleError, match=r"models/other.tflite: not in this bundle"):
        Bundle.open(tiny_bundle).path("models/other.tflite")


MISFITS = {
    "labels": (lambda t: t["intent"].pop(), r"tables/labels.json: expected \d+ labels of 'intent'"),
    "labels-slots": (lambda t: t["slots"].append("B-new"), r"tables/labels.json: expected \d+ labels of 'slots'"),
    "needs": (lambda t: t["cells"].append([0, 10**6, 1, 0]), "needs.json: expected the row"),
    "masks": (lambda t: t["masks"]["avoid:fragrance"].update({"9999": ["a", "b"]}), "masks.json: expected rows"),
    "shades": (lambda t: t["shades"][0].update(row=9999), "shades.json: expected a row"),
    "catalogue": (lambda t: t["products"].append(t["products"][0]), "catalogue.json: expected unique"),
    "catalogue-short": (lambda t: t["products"].pop(), r"(needs|masks|shades).json|embeddings.bin"),
    "ranking": (lambda t: t.pop("weights"), "ranking"),
    "domain": (lambda t: t.pop("values"), "tables do not fit|domain"),
    "phrases": (lambda t: t["zh"].popitem(), "phrases"),
    "languages": (lambda t: t.clear(), "tables do not fit"),
    "names": (lambda t: t.clear(), "names.json"),
}


@pytest.mark.parametrize("table", MISFITS)
def test_a_table_that_does_not_fit_is_named(copied, table):
    change, words = MISFITS[table]
    edit_table(copied, table.partition("-")[0], change)
    with pytest.raises(BundleError, match=words):
        Assistant.load(copied)


@pytest.mark.parametrize("name", ["labels", "languages", "knowledge", "catalogue"])
def test_a_table_that_is_no_json_is_named(copied, name):
    (copied / f"tables/{name}.json").write_text("{", encoding="utf-8")
    reseal(copied)
    with pytest.raises(BundleError, match=f"{name}.json: cannot be read as JSON"):
        Assistant.load(copied)


def test_product_vectors_of_another_width_are_refused(copied):
    path = copied / "tables/embeddings.bin"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])  # as many for each product, but half as wide
    reseal(copied)
    with pytest.raises(BundleError, match=r"embeddings.bin: expected vectors as wide"):
        Assistant.load(copied)
    path.write_bytes(content[:-1])
    reseal(copied)
    with pytest.raises(BundleError, match=r"embeddings.bin: expected int8 numbers"):
        Assistant.load(copied)


def test_a_model_that_reads_less_than_promised_is_refused(copied):
    edit(copied, lambda values: values.update(max_length=64))
    with pytest.raises(BundleError, match=r"expected texts of 64 pieces. Received: 32"):
        Assistant.load(copied)


def listing(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class TestMaking:
    """`assemble` against what can go wrong half-way."""

    @pytest.fixture(autouse=True)
    def _assemble(self, tiny, recipe):
        from makeup_ai.export import assemble as module

        self.module, self.recipe = module, recipe

    def test_a_bundle_replaces_an_older_one_whole(self, copied):
        (copied / "extra").write_text("of before")
        made = self.module.assemble(copied, self.recipe(name="newer"))
        assert Bundle.open(copied).manifest.name == made.manifest.name == "newer"
        assert not (copied / "extra").exists()
        assert [p.name for p in copied.parent.iterdir()] == ["bundle"]

    @pytest.mark.parametrize("step", ["masks_table", "product_embeddings", "model_card", "consultation_vector"])
    def test_an_error_half_way_leaves_the_old_one(self, copied, monkeypatch, step):
        before = listing(copied)

        def fail(*arguments, **named):
            raise KeyboardInterrupt  # as a person would, which no `except Exception` sees

        monkeypatch.setattr(self.module, step, fail)
        with pytest.raises(KeyboardInterrupt):
            self.module.assemble(copied, self.recipe(name="newer"))
        assert listing(copied) == before
        assert [p.name for p in copied.parent.iterdir()] == ["bundle"]

    def test_an_error_while_it_is_put_in_place_brings_the_old_one_back(self, copied, monkeypatch):
        before, rename = listing(copied), Path.rename

        def fail(path, target):
            if path.name == "bundle.part":
                raise OSError(errno.EIO, "Input/output error")
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="Input/output"):
            self.module.assemble(copied, self.recipe())
        assert listing(copied) == before
        assert [p.name for p in copied.parent.iterdir()] == ["bundle"]

    @pytest.mark.parametrize("after", [0, 5, 14])
    def test_a_full_disk_leaves_nothing_half_written(self, tmp_path, monkeypatch, after):
        write, count = Path.write_text, 0

        def fill(path, *arguments, **named):
            nonlocal count
            count += 1
            if count > after:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(path, *arguments, **named)

        monkeypatch.setattr(Path, "write_text", fill)
        with pytest.raises(OSError, match="No space left"):
            self.module.assemble(tmp_path / "bundle", self.recipe())
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_no_bundle_is_left_alone(self, tmp_path):
        (tmp_path / "holiday").mkdir()
        (tmp_path / "holiday" / "photo.jpg").write_bytes(b"x")
        (tmp_path / "letter").write_text("x")
        for place in ("holiday", "letter"):
            with pytest.raises(ValueError, match="a new folder, an empty one, or a bundle"):
                self.module.assemble(tmp_path / place, self.recipe())
        assert sorted(listing(tmp_path)) == ["holiday/photo.jpg", "letter"]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"products": ()}, "unique product ids"),
            ({"models": {}}, "models 'tflite'"),
            ({"tables": {"catalogue": {}}}, "Expected tables of"),
        ],
    )
    def test_what_it_cannot_be_made_of_is_refused(self, tmp_path, given, words):
        with pytest.raises(ValueError, match=words):
            self.module.assemble(tmp_path / "bundle", self.recipe(**given))
        assert list(tmp_path.iterdir()) == []

    def test_a_product_twice_is_refused(self, tiny, tmp_path):
        with pytest.raises(ValueError, match=tiny.world.products[0].product_id):
            self.module.assemble(tmp_path / "b", self.recipe(products=[*tiny.world.products, tiny.world.products[0]]))

    def test_the_face_models_travel_with_their_notice(self, tmp_path, face_models):
        bundle = self.module.assemble(tmp_path / "bundle", self.recipe(face_models=face_models))
        assert bundle.has("models/FACE_MODELS_NOTICE.txt") and bundle.has("models/face_landmark.tflite")
        assert "MediaPipe" in (bundle.folder / "NOTICE.md").read_text("utf-8")
