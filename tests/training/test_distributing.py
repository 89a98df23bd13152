"""Several devices: refused where they cannot be, and the same learning where they can."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training import distributing  # noqa: E402

SCRIPT = """
import json, sys
import numpy as np
from makeup_ai.training.distributing import answer, devices_in_use, distribute, shared_out
distribute(int(sys.argv[1]))
import keras
keras.utils.set_random_seed(1)
inputs = keras.Input((4,), name="x")
model = keras.Model({"x": inputs}, {"y": keras.layers.Dense(1, name="y")(inputs)})
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
x = np.arange(24, dtype=np.float32).reshape(6, 4) / 24
losses = [float(model.train_on_batch({"x": x}, {"y": x[:, :1]}, return_dict=True)["loss"]) for _ in range(5)]
found = answer(model, {"x": x[:5]})["y"]
plan = [(16, np.arange(7)), (16, np.arange(1))]
print(json.dumps([devices_in_use(), losses, found.tolist(), [len(rows) for _, rows in shared_out(plan)]]))
"""


def test_one_device_needs_nothing() -> None:
    distributing.distribute(1)
    assert distributing.devices_in_use() == 1
    plan = [(16, np.arange(3)), (32, np.arange(1))]
    assert [(length, rows.tolist()) for length, rows in distributing.shared_out(plan)] == [(16, [0, 1, 2]), (32, [0])]


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="says what other backends answer")
def test_another_backend_says_which_can() -> None:
    with pytest.raises(ValueError, match=r"KERAS_BACKEND=jax.*devices=2"):
        distributing.distribute(2)


def test_two_devices_learn_what_one_does() -> None:
    pytest.importorskip("jax")
    flags = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    found = {}
    for devices in (1, 2):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(devices)],
            capture_output=True,
            text=True,
            env={**os.environ, **flags},
            check=True,
        )
        found[devices] = json.loads(done.stdout.splitlines()[-1])
    (one, losses, answers, plan), (two, *others) = found[1], found[2]
    assert (one, two) == (1, 2)
    np.testing.assert_allclose(losses, others[0], rtol=1e-5)
    np.testing.assert_allclose(answers, others[1], rtol=1e-5)
    assert plan == [7, 1] and others[2] == [6]  # what the devices do not divide waits
