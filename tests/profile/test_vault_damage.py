"""A vault that was damaged, tampered with, killed or watched: it is whole, or it is refused, and it tells nothing."""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from makeup_ai.errors import VaultError, WrongPassphraseError
from makeup_ai.profile.database import Database
from makeup_ai.profile.keys import Passphrase
from makeup_ai.profile.vault import Vault

from .conftest import QUICK
from .vault_worker import KEY, WORDS, work

WORKER = Path(__file__).with_name("vault_worker.py")


def content(path, clock):
    """Everything that a vault holds, or `None` where it is refused."""
    try:
        with Vault(path, QUICK, clock=clock) as vault:
            return vault.facts(), vault.decisions(), vault.accesses()
    except VaultError:
        return None


@pytest.fixture
def closed(vault, path, clock):
    """A vault with facts, consents, accesses and a page that was freed, closed; with what it holds."""
    vault.consent("statistics", given=True)
    vault.set({"history": [{"product_id": f"P{i}", "rating": 3} for i in range(30)]}, source="purchase")
    vault.forget("history", {"product_id": "P7"})
    vault.view("recommend", "advice", "safety")
    vault.close()
    return content(path, clock)


def test_flipped_bytes_are_refused_or_harmless(closed, path, clock, tmp_path):
    whole, rng, refused = path.read_bytes(), random.Random(0), 0
    damaged = tmp_path / "damaged.vault"
    places = [*range(0, 112), *(rng.randrange(len(whole)) for _ in range(150))]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << rng.randrange(8)
        damaged.write_bytes(changed)
        found = content(damaged, clock)
        assert found in (None, closed), f"byte {place} was read wrong"
        refused += found is None
    assert refused > len(places) / 2


def test_a_truncated_file_is_refused(closed, path, clock, tmp_path):
    whole = path.read_bytes()
    for size in (0, 1, 15, 16, 100, 4095, 4096, 8192, len(whole) // 2, len(whole) - 4096, len(whole) - 1):
        (tmp_path / "short").write_bytes(whole[:size])
        assert content(tmp_path / "short", clock) is None, size


def test_no_record_can_be_swapped_replayed_left_out_or_added(closed, path, clock):
    whole = path.read_bytes()

    def tamper(*statements):
        path.write_bytes(whole)
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
        connection.commit()
        connection.close()
        return content(path, clock)

    connection = sqlite3.connect(path)
    bodies = dict(connection.execute("SELECT id, body FROM sealed"))
    connection.close()
    assert tamper("UPDATE sealed SET id = id + 1000 WHERE id = 5") is None
    assert tamper(("UPDATE sealed SET body = ? WHERE id = 5", (bodies[6],))) is None
    swap = (
        ("UPDATE sealed SET body = ? WHERE id = 5", (bodies[6],)),
        (
            "UPDATE sealed SET body = ? WHERE id = 6",
            (bodies[5],),
        ),
    )
    assert tamper(*swap) is None
    assert tamper("DELETE FROM sealed WHERE id = 5") is None
    assert tamper(("INSERT INTO sealed VALUES (9999, ?)", (bodies[5],))) is None
    assert tamper("DELETE FROM sealed WHERE id > 1") is None
    assert tamper("CREATE TRIGGER t AFTER INSERT ON sealed BEGIN DELETE FROM sealed; END") is None
    assert tamper("CREATE TABLE other (x)") is None
    assert tamper("PRAGMA journal_mode=WAL") is None
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    with_rewritten_records(path, whole, clock, bodies)
    path.write_bytes(whole)
    assert content(path, clock) == closed


def with_rewritten_records(path, whole, clock, old):
    """Old rows in the place of newer ones of the same id are refused, one by one and the manifest too."""
    path.write_bytes(whole)
    with Vault(path, QUICK, clock=clock) as vault:
        vault.view("dialogue", "advice")  # rewrites the last record of accesses, and the manifest
    newer = path.read_bytes()
    connection = sqlite3.connect(path)
    now = dict(connection.execute("SELECT id, body FROM sealed"))
    connection.close()
    rewritten = [id_ for id_, body in old.items() if now.get(id_) != body]
    assert 1 in rewritten and len(rewritten) >= 2
    for id_ in rewritten:
        path.write_bytes(newer)
        connection = sqlite3.connect(path)
        connection.execute("UPDATE sealed SET body = ? WHERE id = ?", (old[id_], id_))
        connection.commit()
        connection.close()
        assert content(path, clock) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"log2_n":10', b'"log2_n":40'),  # a tebibyte of memory: refused before it is asked for
        (b'"log2_n":10', b'"log2_n":"10"'),
        (b'"log2_n":10', b'"log2_n":11'),
        (b'"salt":"', b'"salt":"zz'),
        (b'"version":1', b'"version":2'),
        (b'"name":"scrypt"', b'"name":"none"'),
        (b'"name":"scrypt"', b'"name":null'),
        (b'"vault":"', b'"vault":"0'),
        (b"{", b"["),
        (b'"wrapped"', b'"wrapper"'),
    ],
    ids=lambda text: text.decode(),
)
def test_a_header_written_anew_with_a_right_checksum_is_refused(closed, path, old, new):
    connection = sqlite3.connect(path)
    (written,) = connection.execute("SELECT body FROM sealed WHERE id = 0").fetchone()
    text = written[:-32].replace(old, new)
    assert text != written[:-32]
    connection.execute("UPDATE sealed SET body = ? WHERE id = 0", (text + hashlib.sha256(text).digest(),))
    connection.commit()
    connection.close()
    with pytest.raises(VaultError):
        Vault(path, QUICK)


def test_a_damaged_header_is_not_called_a_wrong_passphrase(closed, path):
    whole = path.read_bytes()
    place = whole.index(b'"wrapped":"') + 30
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(VaultError, match="header is damaged") as caught:
        Vault(path, QUICK)
    assert not isinstance(caught.value, WrongPassphraseError)


def test_an_older_header_of_the_same_vault_is_refused(closed, path, clock):
    """Its passphrase opens the same data key: only the manifest knows that it was changed since."""
    connection = sqlite3.connect(path)
    (older,) = connection.execute("SELECT body FROM sealed WHERE id = 0").fetchone()
    connection.close()
    with Vault(path, QUICK, clock=clock) as vault:
        vault.rotate(Passphrase("another passphrase", log2_n=10, p=1))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE sealed SET body = ? WHERE id = 0", (older,))
    connection.commit()
    connection.close()
    assert content(path, clock) is None


def test_the_header_of_another_vault_of_the_same_passphrase_is_refused(closed, path, clock, tmp_path):
    Vault.create(tmp_path / "other", QUICK).close()
    for rows in ((0,), (0, 1)):
        connection = sqlite3.connect(path)
        connection.execute("ATTACH ? AS other", (str(tmp_path / "other"),))
        for row in rows:
            connection.execute(
                "UPDATE sealed SET body = (SELECT body FROM other.sealed WHERE id = ?1) WHERE id = ?1", (row,)
            )
        connection.commit()
        connection.close()
        assert content(path, clock) is None


def test_a_full_disk_changes_nothing(vault, path, clock):
    resource = pytest.importorskip("resource")
    before, limits = vault.facts(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
    try:
        with pytest.raises(VaultError, match="unchanged"):
            vault.set({"owned": [f"O{i}" for i in range(300)]})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert vault.facts() == before
    vault.set({"owned": ["O1"]})
    vault.close()
    with Vault(path, QUICK, clock=clock) as again:
        assert [held.fact.value for held in again.facts() if held.fact.field == "owned"] == ["O1"]


def test_processes_that_write_at_once_lose_nothing(path):
    Vault.create(path, KEY).close()
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom vault_worker import KEY\n"
        "from makeup_ai.profile.vault import Vault\n"
        "with Vault(sys.argv[2], KEY) as vault:\n"
        "    for i in range(15): vault.set({'owned': [f'{sys.argv[3]}-{i}']})\n"
    )
    command = [sys.executable, "-B", "-c", script, str(WORKER.parent), str(path)]
    writers = [subprocess.Popen([*command, name]) for name in ("a", "b", "c")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    with Vault(path, KEY) as vault:
        assert set(vault.profile().owned) == {f"{name}-{i}" for name in "abc" for i in range(15)}


def test_records_tell_their_length_in_powers_of_two_alone(closed, path):
    connection = sqlite3.connect(path)
    lengths = {len(body) - 28 for id_, body in connection.execute("SELECT id, body FROM sealed") if id_ > 0}
    connection.close()
    assert all(length >= 256 and length & (length - 1) == 0 for length in lengths)


def test_a_photo_is_no_vault(tmp_path):
    (tmp_path / "me.jpg").write_bytes(bytes(range(256)) * 64)
    for wrong in (tmp_path / "me.jpg", tmp_path / "nothing", tmp_path):
        with pytest.raises((VaultError, FileNotFoundError)):
            Vault(wrong, QUICK)


def killed(path: Path, moment: float) -> int:
    """Work on a vault until a moment, kill, and return the last purchase that was said to be kept."""
    process = subprocess.Popen([sys.executable, str(WORKER), str(path), "100000"], stdout=subprocess.PIPE, text=True)
    said = process.stdout.readline()  # so that the moment falls into the work, not into the start
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    said += process.communicate()[0]
    return int(said.strip().rsplit("\n")[-1])


def test_a_killed_write_loses_nothing_that_was_kept(path):
    rng = random.Random(0)
    for _ in range(4):
        last = killed(path, rng.random() / 4)
        left = b"".join(p.read_bytes() for p in path.parent.iterdir())
        assert not found_in(left)
        with Vault(path, KEY) as vault:
            profile = vault.profile()
        kept = {bought.product_id: bought.rating for bought in profile.history}
        assert last + 1 <= len(kept) <= last + 2
        assert kept == {f"walnut-oil-{n}": 1 + n % 5 for n in range(len(kept))}
        assert profile.allergies == ("limonene", "walnut")


def found_in(data: bytes) -> set[str]:
    """Words of the profile in bytes, in UTF-8 or as SQLite might keep them in UTF-16."""
    return {w for w in WORDS for encoding in ("utf-8", "utf-16-le", "utf-16-be") if w.encode(encoding) in data}


def test_no_word_of_the_profile_is_ever_written(path):
    """Not only into what is left: every byte of every write to a file is looked at, the journal's too."""
    if not shutil.which("strace"):
        pytest.skip("`strace` is not to be had here")
    trace = path.with_name("trace")
    command = ["strace", "-f", "-qq", "-xx", "-s", "1000000", "-y", "-o", str(trace)]
    calls = ["-e", "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,msync,open,openat,creat,rename,link"]
    work = [sys.executable, "-B", str(WORKER), str(path), "25"]
    done = subprocess.run([*command, *calls, *work], capture_output=True, text=True, check=False, timeout=120)
    if "ptrace" in done.stderr:
        pytest.skip("tracing is not allowed here")
    assert done.returncode == 0, done.stderr
    written, files = b"", set()
    for line in trace.read_text("utf-8", "replace").splitlines():
        call = re.search(r"\b(pwrite64|write|writev|pwritev2?)\((\d+)<([^>]*)>", line)
        if call and int(call[2]) > 2:
            files.add(bytes.fromhex(call[3].replace("\\x", "")).decode() if "\\x" in call[3] else call[3])
            written += b"".join(
                bytes.fromhex(s.replace("\\x", "")) for s in re.findall(r'"((?:\\x[0-9a-f]{2})+)"', line)
            )
    assert any(name.endswith("-journal") for name in files) and len(written) > 100_000
    assert {Path(name).parent for name in files} == {path.parent}
    assert not found_in(written)
    assert not found_in(path.read_bytes())


def test_no_word_of_the_profile_stands_on_the_disk_at_any_step(path, monkeypatch):
    """The same where nothing can be traced: the folder is read at every step of every write, journals and all."""
    seen, opened, steps = set(), set(), []
    step = Database._execute

    def watched(database, statement, *values):
        found = step(database, statement, *values)
        for place in path.parent.iterdir():
            seen.add(place.name.removeprefix(path.name))
            assert not found_in(place.read_bytes()), statement
        steps.append(statement)
        return found

    def audit(event, arguments):
        if watching and event in {"open", "sqlite3.connect", "tempfile.mkstemp"} and isinstance(arguments[0], str):
            opened.add(arguments[0])

    watching = True
    sys.addaudithook(audit)
    monkeypatch.setattr(Database, "_execute", watched)
    # Reading a database's file drops the locks of this process, so SQLite must not depend on them: one process alone.
    work(str(path), 8)
    watching = False
    assert "-journal" in seen and len(steps) > 100
    names = {Path(name.removeprefix("file://").partition("?")[0]) for name in opened}
    assert names and all(path.parent in (name, name.parent) for name in names)


def test_the_search_for_words_would_find_them():
    assert found_in(b"..limonene.." + "skin_type".encode("utf-16-le")) == {"limonene", "skin_type"}
