"""What the phone's tests need of the machine, asked for once and named where it is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "mobile_demo"
BUNDLE = Path(os.environ.get("MAKEUP_AI_BUNDLE", ROOT / "build/demo/bundle")).resolve()


def without(what: str) -> None:
    """Skip for want of `what`, or fail where MAKEUP_AI_REQUIRE_BROWSER=1 says that nothing may be wanting."""
    if os.environ.get("MAKEUP_AI_REQUIRE_BROWSER") == "1":
        pytest.fail(f"MAKEUP_AI_REQUIRE_BROWSER=1, and there is no {what}.")
    pytest.skip(f"There is no {what}.")


def run_in_app(command: list[str], env: dict[str, str] | None = None, **options) -> str:
    """Run a command in the app's folder, over the same bundle; a failure shows the end of what it said."""
    env = {**os.environ, "MAKEUP_AI_BUNDLE": str(BUNDLE), **(env or {})}
    done = subprocess.run(command, cwd=APP, env=env, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


@pytest.fixture(scope="session")
def run():
    """A function that runs a command in the app's folder and returns what it printed."""
    return run_in_app


@pytest.fixture(scope="session")
def node():
    """The app's folder, with its packages installed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        without("node")
    if not (APP / "node_modules/.package-lock.json").is_file():
        done = subprocess.run(["npm", "ci"], cwd=APP, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            without(f"way to install the app's packages (`npm ci`: {done.stderr.strip().splitlines()[-1:]})")
    return APP


@pytest.fixture(scope="session")
def built(node):
    """The app's folder, with its page built."""
    run_in_app(["npm", "run", "build"], timeout=300)
    return node


@pytest.fixture(scope="session")
def chromium():
    """Path of the browser."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        without("Chromium")
    return found


@pytest.fixture(scope="session")
def bundle():
    """Folder of a built bundle."""
    if not (BUNDLE / "manifest.json").is_file():
        without(f"bundle in {BUNDLE}; `make demo` makes one")
    return BUNDLE
