"""What becomes of a vault that is damaged, killed in the middle of writing, watched or erased; and what it costs.

Writes nothing but temporary files; scrypt runs at its least cost but for the timings. Run by hand:

    python benchmarks/vault.py --damages 2000 --kills 200
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cryptography

from makeup_ai.errors import VaultError
from makeup_ai.files import write_whole
from makeup_ai.profile.erase import erase
from makeup_ai.profile.facts import profile_of
from makeup_ai.profile.header import wrap
from makeup_ai.profile.keys import Passphrase
from makeup_ai.profile.sealing import seal, unseal
from makeup_ai.profile.vault import Vault

QUICK = Passphrase("correct horse battery", log2_n=10, p=1)
REAL = Passphrase("correct horse battery")
WORDS = ("limonene", "walnut", "pregnancy", "oily", "allergies", "skin_type", "conditions", "history", "recommend")
TOLD = {"skin_type": "oily", "allergies": ["limonene", "walnut"], "conditions": ["pregnancy"], "budget": 31.5}


def main() -> int:
    """Print one section a claim; 1 where one does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--damages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--turns", type=int, default=15, help="of each timing")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", metavar="VAULT", help=argparse.SUPPRESS)
    parser.add_argument("--changes", type=int, default=10**9, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(Path(options.child), options.changes)
    rng = random.Random(options.seed)
    held = []
    for section in (
        lambda folder: damages(folder, options.damages, rng),
        lambda folder: kills(folder, options.kills, rng),
        watched,
        erased,
        lambda folder: timings(folder, options.turns),
    ):
        with tempfile.TemporaryDirectory() as name:
            held.append(section(Path(name)))
    print(
        f"\ncryptography {cryptography.__version__}, SQLite {sqlite3.sqlite_version}, "
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )
    return int(not all(held))


def child(path: Path, changes: int) -> int:
    """Make every change that a vault knows, and print the number of the last purchase once it is kept."""
    vault = Vault(path, QUICK) if path.exists() else Vault.create(path, QUICK)
    vault.set(TOLD)
    started = len(vault.profile().history)
    for n in range(started, started + changes):
        vault.set({"history": [{"product_id": f"walnut-oil-{n}", "rating": 1 + n % 5}]}, source="purchase")
        print(n, flush=True)
        if n % 3 == 0:
            vault.view("recommend", "advice", "safety")
        if n % 7 == 0:
            vault.forget("conditions", "pregnancy")
            vault.set({"conditions": ["pregnancy"]})
        if n % 11 == 0:
            vault.rotate(QUICK, data_key=n % 2 == 0)
        if n % 13 == 0:
            vault.consent("statistics", given=n % 2 == 0)
    return 0


# --- damage ---------------------------------------------------------------------------------------------------------


def damages(folder: Path, count: int, rng: random.Random) -> bool:
    """Damage a vault in one way at a time and read it."""
    path, broken = folder / "vault", folder / "broken"
    with Vault.create(path, QUICK) as vault:
        vault.set(TOLD)
        vault.set({"history": [{"product_id": f"P{i}", "rating": 3} for i in range(40)]}, source="purchase")
        vault.consent("statistics", given=True)
        for i in range(0, 40, 4):
            vault.forget("history", {"product_id": f"P{i}"})  # leaves pages and places that carry nothing
        for _ in range(10):
            vault.view("recommend", "advice", "safety")
    whole, truth = path.read_bytes(), content(path)
    found: dict[str, Counter[str]] = {}
    for turn in range(count):
        kind, data = damaged(whole, rng, turn)
        broken.write_bytes(data)
        now = content(broken)
        outcome = "refused" if now is None else "harmless" if now == truth else "READ WRONG"
        if now is not None and data != whole and now == truth:
            written = writable(broken, truth)  # harmless to read must be harmless to write as well
            outcome = "harmless" if written else "WRITTEN WRONG"
        found.setdefault(kind, Counter())[outcome] += 1
        for left in folder.glob("broken?*"):
            left.unlink()
    print(f"## Damage: a vault of {len(whole)} bytes, {count} times damaged\n")
    print("| damage | refused | harmless | wrong |\n|---|---|---|---|")
    wrong = 0
    for kind, outcomes in sorted(found.items()):
        bad = outcomes["READ WRONG"] + outcomes["WRITTEN WRONG"]
        wrong += bad
        print(f"| {kind} | {outcomes['refused']} | {outcomes['harmless']} | {bad} |")
    return wrong == 0


def damaged(whole: bytes, rng: random.Random, turn: int) -> tuple[str, bytes]:
    """Return a kind of damage and the file that suffered it; half of them are one byte."""
    data = bytearray(whole)
    place = rng.randrange(len(data))
    if turn % 2 == 0:
        data[place] ^= rng.randrange(1, 256)
        return "one byte", bytes(data)
    kind = ("first 200 bytes, one byte", "truncated", "two pieces swapped", "a page zeroed", "a page over another")[
        turn // 2 % 5
    ]
    page = 4096 * rng.randrange(len(data) // 4096)
    other = 4096 * rng.randrange(len(data) // 4096)
    if kind == "truncated":
        return kind, bytes(data[:place])
    if kind.startswith("first"):
        data[place % 200] ^= rng.randrange(1, 256)
    elif kind == "a page zeroed":
        data[page : page + 4096] = bytes(4096)
    elif kind == "a page over another":
        data[page : page + 4096] = whole[other : other + 4096]
    else:
        end = rng.randrange(len(data) - 64)
        data[place : place + 64], data[end : end + 64] = whole[end : end + 64], whole[place : place + 64]
    return kind, bytes(data)


def content(path: Path) -> Any:
    """Return all that a vault holds, or `None` where it is refused; anything else is a defect and ends this."""
    try:
        with Vault(path, QUICK) as vault:
            return vault.facts(), vault.decisions(), vault.accesses()
    except VaultError:
        return None


def writable(path: Path, truth: Any) -> bool:
    """Whether what is written into a harmlessly damaged vault, or refused to be, leaves everything as it was."""
    try:
        with Vault(path, QUICK) as vault:
            vault.set({"age": 31})
            vault.set({"owned": [f"O{i}" for i in range(60)]})  # takes pages that were free
    except VaultError:
        return content(path) in (None, truth)
    now = content(path)
    return now is not None and now[0][: len(truth[0])] == truth[0] and len(now[0]) == len(truth[0]) + 61


# --- kills ----------------------------------------------------------------------------------------------------------


def kills(folder: Path, count: int, rng: random.Random) -> bool:
    """Kill a writer at random moments; what it said was kept must be there."""
    path, lost, hot, words, steps = folder / "vault", 0, 0, 0, 0
    for turn in range(count):
        if turn % 20 == 0:
            path.unlink(missing_ok=True)  # a new one, so that making a vault is killed as well
        process = start(path)
        first = process.stdout.readline() if turn % 4 else ""  # a quarter falls into the start and the opening
        time.sleep(rng.random() * (0.3 if first else 0.8))
        process.kill()
        said = (first + process.communicate()[0]).split()
        hot += (folder / "vault-journal").exists()
        words += any(word.encode() in place.read_bytes() for place in folder.iterdir() for word in WORDS)
        if not path.exists():
            lost += bool(said)
            continue
        steps += len(said)
        with Vault(path, QUICK) as vault:
            kept = {
                bought.product_id: bought.rating
                for bought in profile_of([h.fact for h in vault.facts()], time.time()).history
            }
        expected = {f"walnut-oil-{n}": 1 + n % 5 for n in range(len(kept))}
        lost += kept != expected or (bool(said) and len(kept) <= int(said[-1]))
    print(f"\n## Kills: {count} times SIGKILL, {steps} purchases said to be kept\n")
    print(f"kept records lost or changed: {lost}; journals left to roll back: {hot}; profile words found: {words}")
    return lost == 0 and words == 0


def start(path: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start the writer in a process of its own."""
    command = [*prefix, sys.executable, "-B", __file__, "--child", str(path), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


# --- what is written ------------------------------------------------------------------------------------------------


def watched(folder: Path) -> bool:
    """Look at every byte of every write of a process, and at what is left, for words of the profile."""
    print("\n## What is written\n")
    if not shutil.which("strace"):
        print("`strace` is not to be had here: not looked at")
        return True
    trace, calls = folder / "trace", "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg"
    prefix = ("strace", "-f", "-qq", "-xx", "-s", "10000000", "-y", "-o", str(trace), "-e", calls)
    start(folder / "vault", "--changes", "150", prefix=prefix).communicate()
    files, written, calls_made = Counter[str](), b"", 0
    for line in trace.read_text("utf-8", "replace").splitlines():
        call = re.search(r"\b(?:pwrite64|write|p?writev2?)\((\d+)<([^>]*)>", line)
        if call and int(call[1]) > 2:
            name = bytes.fromhex(call[2].replace("\\x", "")).decode() if "\\x" in call[2] else call[2]
            data = b"".join(bytes.fromhex(s.replace("\\x", "")) for s in re.findall(r'"((?:\\x[0-9a-f]{2})+)"', line))
            files[Path(name).name] += len(data)
            written, calls_made = written + data, calls_made + 1
    trace.unlink()
    texts = [word.encode(encoding) for word in WORDS for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    found = [text for text in texts if text in written]
    strings = (
        subprocess.run(["strings", "-a", str(folder / "vault")], capture_output=True, check=False).stdout
        if shutil.which("strings")
        else (folder / "vault").read_bytes()
    )
    left = [word for word in WORDS if word.encode() in strings]
    renamed = {re.sub(r"^\.vault\.\d+\.part", "(unfinished)", name): size for name, size in files.items()}
    print(f"{calls_made} writes, bytes by file: {renamed}")
    print(f"profile words in any write: {len(found)}; in `strings` of what is left: {len(left)} (of {len(WORDS)})")
    return not found and not left and len(written) > 0


def erased(folder: Path) -> bool:
    """Erase, and try what was kept of the records on every key that is left."""
    path = folder / "vault"
    with Vault.create(path, QUICK) as vault:
        vault.set(TOLD)
        data_key = vault._records._key
    connection = sqlite3.connect(path)
    kept = dict(connection.execute("SELECT id, body FROM sealed"))
    connection.close()
    header = json.loads(kept[0][:-32])

    def opened(key: bytes) -> int:
        return sum(
            unseal(key, body, json.dumps(["record", 1, header["vault"], id_, 1, f"fact/{field}"]).encode()) is not None
            for id_, body in kept.items()
            for field in TOLD
        )

    control, report = opened(data_key), erase(path)
    still = opened(QUICK.key(header["derivation"]))
    print(f"\n## Erasing\n\n{report.to_dict()}")
    print(
        f"records of a copy that open with the data key, before: {control}; with the passphrase's key, after: {still}"
    )
    return report.proven and control == report.records and still == 0 and not list(folder.iterdir())


# --- costs ----------------------------------------------------------------------------------------------------------


class OneBlob:
    """What a vault is measured beside: one JSON, sealed as a whole with the same key and written whole."""

    def __init__(self, path: Path):
        self.path, self.rows = path, []
        self.key = b"k" * 32

    def create(self, rows: list[Any]) -> None:
        """Write the rows."""
        self.header = wrap(self.key, REAL)
        self.save(rows)

    def open(self) -> list[Any]:
        """Unlock and read."""
        key = self.header.unwrap(REAL)
        content = unseal(key, self.path.read_bytes(), b"")
        return list(json.loads(content or b"[]"))

    def save(self, rows: list[Any]) -> None:
        """Write all of it."""
        write_whole(self.path, seal(self.key, json.dumps(rows).encode(), b""))


def timings(folder: Path, turns: int) -> bool:
    """Time opening, one more fact, and a view, turn by turn with one sealed JSON that has no records, log or policy."""
    print(f"\n## Costs: medians of {turns} turns, beside one sealed JSON\n")
    print("| facts | bytes | open ms | without scrypt ms | open : JSON | one more ms | one more : JSON | view ms |")
    print("|---|---|---|---|---|---|---|---|")
    for count in (20, 200, 5000):
        path = folder / f"{count}.vault"
        quick = folder / f"{count}.quick"
        rows = [{"product_id": f"P{i}", "rating": 3} for i in range(count)]
        for place, key in ((path, REAL), (quick, QUICK)):
            with Vault.create(place, key) as vault:
                vault.set({"history": rows}, source="purchase")
        blob = OneBlob(folder / f"{count}.json")
        with Vault(path, REAL) as vault:
            plain = [held.fact.to_dict() for held in vault.facts()]
            blob.create(plain)
            numbers = iter(range(10**6))
            spent = measure(
                turns,
                open=lambda path=path: Vault(path, REAL).close(),
                bare=lambda quick=quick: Vault(quick, QUICK).close(),
                json_open=blob.open,
                more=lambda vault=vault, numbers=numbers: vault.set({"age": next(numbers) % 100}),
                json_more=lambda blob=blob, plain=plain: blob.save(plain),
                view=lambda vault=vault: vault.view("recommend", "advice", "safety"),
            )
        print(
            f"| {count} | {path.stat().st_size} | {spent['open']:.0f} | {spent['bare']:.1f} | "
            f"{spent['open'] / spent['json_open']:.2f} | {spent['more']:.1f} | "
            f"{spent['more'] / spent['json_more']:.1f} | {spent['view']:.1f} |"
        )
    return True


def measure(turns: int, **calls: Callable[[], Any]) -> dict[str, float]:
    """Call each in turn, and return the median of each in milliseconds."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            spent[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(values) for name, values in spent.items()}


if __name__ == "__main__":
    raise SystemExit(main())
