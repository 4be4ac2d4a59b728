"""Values of all processes in files: nothing is lost with a killed process, and the dead cost nothing (R-111)."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from tesigo.platform.metrics import files

#: A process of its own that counts, says so, and waits to be killed or ends.
COUNTS = """
import sys, time
from pathlib import Path
from tesigo.platform.metrics import files
files.begin(Path(sys.argv[1]))
from tesigo.platform.metrics.definitions import counter, gauge, histogram
rounds = int(sys.argv[2])
done = counter("test_done_total", "Done.", "what")
done.labels("work").inc(rounds)
gauge("test_open", "Open.", "what").labels("door").set(1)
gauge("test_worst", "Worst.", "what", together="livemax").labels("door").set(rounds)
histogram("test_seconds", "Times.", "what", bounds=(1, 2)).labels("work").observe(1.5)
print("counted", flush=True)
if len(sys.argv) > 3:
    time.sleep(600)
"""


def start(folder: Path, rounds: int, *, stays: bool = False) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", COUNTS, str(folder), str(rounds), *(["stay"] if stays else [])]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait(30)
    assert process.stdout is not None
    process.stdout.close()


def values(metrics: list[Metric]) -> dict[str, float]:
    found = {}
    for metric in metrics:
        for sample in metric.samples:
            labels = ",".join(value for name, value in sorted(sample.labels.items()) if name != "what")
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_the_living_and_the_killed_are_counted_once(tmp_path: Path) -> None:
    dead, living = start(tmp_path, 3, stays=True), start(tmp_path, 4, stays=True)
    try:
        both = values(files.gather(tmp_path))
        assert both["tesigo_test_done_total"] == 7
        assert both["tesigo_test_open"] == 2
        assert both["tesigo_test_worst"] == 4
        assert both["tesigo_test_seconds_bucket{1.0}"] == 0
        assert both["tesigo_test_seconds_bucket{2.0}"] == both["tesigo_test_seconds_count"] == 2
        assert both["tesigo_test_seconds_bucket{+Inf}"] == 2
        kill(dead)
        for _ in range(3):  # however often it is read
            after = values(files.gather(tmp_path))
            assert after["tesigo_test_done_total"] == 7
            assert after["tesigo_test_seconds_sum"] == 3.0
            assert after["tesigo_test_open"] == 1, "what is open in a dead process is not open"
        names = {path.name for path in tmp_path.glob("*.db")}
        assert len(names) == 4, "those of the living one"
        assert len(list(tmp_path.glob("*.lock"))) == 2, "its own, and the one of who reads"
    finally:
        kill(living)
        if dead.poll() is None:
            kill(dead)
    assert values(files.gather(tmp_path))["tesigo_test_done_total"] == 7
    assert not list(tmp_path.glob("*.db"))


def made_by_dead(folder: Path, count: int) -> None:
    """Files as ``count`` dead children leave them: a counter's and a histogram's each, without a living lock."""
    process = start(folder, 1, stays=True)
    kill(process)
    # Without the room that is kept for more.
    made = {path: path.read_bytes()[:4_096] for path in folder.glob("*.db")}
    for number in range(count - 1):
        for path, content in made.items():
            kind = path.stem.rpartition("_")[0]
            (folder / f"{kind}_{number}-dead.db").write_bytes(content)


def test_dead_children_cost_nothing_once_they_are_folded(tmp_path: Path) -> None:
    made_by_dead(tmp_path, 250)
    assert len(list(tmp_path.glob("*.db"))) == 1_000
    began = time.process_time()
    first = values(files.gather(tmp_path))
    folded = time.process_time()
    assert first["tesigo_test_done_total"] == 250
    assert not list(tmp_path.glob("*.db"))
    looked = time.process_time()
    again = values(files.gather(tmp_path))
    assert time.process_time() - looked < (folded - began) / 3, "as stock files they would be read each time"
    assert again["tesigo_test_done_total"] == 250
    assert again["tesigo_test_seconds_count"] == 250


def test_killed_while_folding_counts_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by_dead(tmp_path, 5)
    unlink = Path.unlink

    def killed(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".db":
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        files.gather(tmp_path)
    monkeypatch.undo()
    assert len(list(tmp_path.glob("*.db"))) == 20, "it was killed before it removed one"
    kill(start(tmp_path, 2, stays=True))
    assert values(files.gather(tmp_path))["tesigo_test_done_total"] == 7
    assert values(files.gather(tmp_path))["tesigo_test_done_total"] == 7
    assert not list(tmp_path.glob("*.db"))


def test_children_of_a_pool_have_files_and_locks_of_their_own(tmp_path: Path) -> None:
    program = f"""
import os, sys, time, signal
from pathlib import Path
from tesigo.platform.metrics import files
files.begin(Path({str(tmp_path)!r}))
from tesigo.platform.metrics.definitions import counter
done = counter("test_done_total", "Done.", "what").labels("work")
done.inc()
children = []
for _ in range(3):
    if not (child := os.fork()):
        done.inc()
        time.sleep(600)
    children.append(child)
deadline = time.monotonic() + 60
while len(list(Path({str(tmp_path)!r}).glob("*.lock"))) < 4 and time.monotonic() < deadline:
    time.sleep(0.01)
os.kill(children[0], signal.SIGKILL)
os.waitpid(children[0], 0)
print(*children[1:], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    # Not to its end: the children hold it open.
    children = [int(pid) for pid in parent.stdout.readline().split()]
    parent.wait(60)
    parent.stdout.close()
    try:
        assert values(files.gather(tmp_path))["tesigo_test_done_total"] == 4
        living = {path.stem.partition("_")[2].partition("-")[0] for path in tmp_path.glob("counter_*.db")}
        assert living == {str(pid) for pid in children}, "the parent's lock dies with it, though children live on"
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def test_what_a_broken_machine_left_is_passed_over(tmp_path: Path) -> None:
    made_by_dead(tmp_path, 2)
    (tmp_path / "counter_1-empty.db").write_bytes(b"")
    whole = next(tmp_path.glob("counter_*-dead.db")).read_bytes()
    (tmp_path / "counter_2-cut.db").write_bytes(whole[:20])
    assert values(files.gather(tmp_path))["tesigo_test_done_total"] == 2
    (tmp_path / "past.json").write_text(json.dumps({"values": "cut"}))
    assert "tesigo_test_done_total" not in values(files.gather(tmp_path))
    kill(start(tmp_path, 2, stays=True))
    assert values(files.gather(tmp_path))["tesigo_test_done_total"] == 2


def test_who_reads_waits_for_another_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PATIENCE_SECONDS", 0.1)
    with files._alone(tmp_path), pytest.raises(files.Busy):
        files.gather(tmp_path)
    assert files.gather(tmp_path) == []


def test_a_process_that_counts_nothing_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tesigo.platform.metrics import files;"
        " files.begin(Path(sys.argv[1])); from tesigo.platform.metrics import measures"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60)
    assert not list(tmp_path.iterdir())
