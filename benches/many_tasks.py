"""Times studies of many small tasks: plan, run, run again with nothing to do, status; and Snakemake on the same tasks.

    python benches/many_tasks.py --rsom target/release/rsom --tasks 100 1000 10000 [--snakemake snakemake] [--jobs 2]

Each task copies a file of a few bytes. Prints a Markdown table with seconds, milliseconds for each task, and the peak memory.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

# With more tasks, its outputs are copied, and only the time with nothing to do is taken.
MOST_RUN_BY_SNAKEMAKE = 1000
PIPELINE = """\
name: many
manifest: manifest.yaml
stages:
  copy:
    foreach: scan
    in: { a: "${scan.files.a}" }
    run: cp ${in.a} ${out.b}
    out: { b: "out/${scan.id}.txt" }
"""
SNAKEFILE = """\
rule all:
    input: expand("out/{{id}}.txt", id=[f"s{{i:06d}}" for i in range({count})])
rule copy:
    input: "data/{{id}}.txt"
    output: "out/{{id}}.txt"
    shell: "cp {{input}} {{output}}"
"""


def timed(command, folder):
    """Seconds, and the peak memory of the process or of one of its children, in MiB."""
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if status != 0:
            errors.seek(0)
            raise SystemExit(f"{command}: status {status}\n{errors.read()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024


def study(folder, count, is_alike):
    data = folder / "data"
    data.mkdir()
    scans = []
    for i in range(count):
        name = f"s{i:06d}"
        content = "x\n" if is_alike else f"{i}\n"
        (data / f"{name}.txt").write_text(content)
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        file = f"{{ path: data/{name}.txt, sha256: {sha256} }}"
        scans.append(f"  - {{ id: {name}, subject: {name}, files: {{ a: [{file}] }} }}")
    (folder / "manifest.yaml").write_text("name: many\nscans:\n" + "\n".join(scans) + "\n")
    (folder / "many.yaml").write_text(PIPELINE)
    (folder / "Snakefile").write_text(SNAKEFILE.format(count=count))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rsom", type=Path, required=True)
    parser.add_argument("--tasks", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--snakemake", help="the program; left out unless given")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--alike", action="store_true", help="all inputs have the same content, so all tasks one identity")
    options = parser.parse_args()
    rsom = options.rsom.resolve()
    print("| tasks | program | what | s | ms for each task | peak memory, MiB |\n|---|---|---|---|---|---|")
    for count in options.tasks:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
            folder = Path(name)
            study(folder, count, options.alike)
            words = ["many.yaml", "--data", ".", "--workdir", "w"]
            steps = [
                ("plan, all new", ["plan", *words]),
                ("run", ["run", *words, "-j", str(options.jobs)]),
                ("nothing to do", ["run", *words, "-j", str(options.jobs)]),
                ("status", ["status", *words]),
            ]
            for what, command in steps:
                show(count, "rsom", what, *timed([rsom, *command], folder))
            if options.snakemake:
                command = [options.snakemake, "--cores", str(options.jobs), "--quiet", "all"]
                if count <= MOST_RUN_BY_SNAKEMAKE:
                    show(count, "Snakemake", "run", *timed(command, folder))
                else:
                    shutil.copytree(folder / "data", folder / "out")
                show(count, "Snakemake", "nothing to do", *timed(command, folder))


def show(count, program, what, seconds, memory):
    print(f"| {count} | {program} | {what} | {seconds:.2f} | {1000 * seconds / count:.2f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
