# Shorter names for the commands of README.md; nothing needs just.

set shell := ["bash", "-euo", "pipefail", "-c"]
# Recipes get their arguments as they were given: "$@", "$1".
set positional-arguments

# Show this menu
default:
    @just --list --unsorted

# A whole study on made-up scans in a few minutes: table, tests, picture
[group('study')]
quickstart *ARGS:
    cargo run --release -- run pipelines/quickstart.yaml -j 2 "$@"

# The paper's whole study, on made-up scans: about two hours; just paper --profile smoke: a minute
[group('study')]
paper *ARGS:
    cargo run --release -- run pipelines/gerl2020.yaml -j 2 "$@"

# The real study on retinal OCT scans: just octlayers --data DIR
[group('study')]
octlayers *ARGS:
    cargo run --release -- run pipelines/octlayers.yaml "$@"

# Real photoacoustic skin, curved: just pam-hand --data DIR
[group('study')]
pam-hand *ARGS:
    cargo run --release -- run pipelines/pam-hand.yaml "$@"

# Other ways to smooth surfaces, on made-up scans
[group('study')]
smoothness *ARGS:
    cargo run --release -- run pipelines/smoothness.yaml -j 2 "$@"

# What the epidermis mask does to vessels, on made-up scans: Table 2 of the paper
[group('study')]
vessel-mask *ARGS:
    cargo run --release -- run pipelines/vessel-mask.yaml "$@"

# Vessels of real stacks, network beside Frangi's filter: just vesselnn --data DIR
[group('study')]
vesselnn *ARGS:
    cargo run --release -- run pipelines/vesselnn.yaml "$@"

# The released pipeline on a folder of raw scans: just segment --input DIR --layer-weights W --vessel-weights W --output DIR
[group('study')]
segment *ARGS:
    cargo run --release -- segment "$@"

# Any study, with as many tasks at a time as cores and memory allow: just study study.yaml --data DIR
[group('study')]
study PIPELINE *ARGS:
    cargo run --release -- run "$1" -j auto "${@:2}"

# The same study with another program in the place of a stage: just swap study.yaml layerseg ./mine.py --workdir runs/mine
[group('study')]
swap PIPELINE STAGE PROGRAM *ARGS:
    cargo run --release -- run "$1" --swap "$2=$3" "${@:4}"

# A finished study in one folder or ZIP file: just bundle study.yaml study.zip
[group('study')]
bundle PIPELINE OUTPUT *ARGS:
    cargo run --release -- bundle "$1" --output "$2" "${@:3}"

# A recorded study again, and every output compared: just reproduce runs/quickstart -j 2
[group('study')]
reproduce RUN *ARGS:
    cargo run --release -- reproduce "$@"

# What a pipeline would run, and why: just plan pipelines/octlayers.yaml
[group('study')]
plan PIPELINE *ARGS:
    cargo run --release -- plan "$@"

# A study for Snakemake, Slurm or CWL: just cluster snakemake study.yaml --output smk
[group('study')]
cluster ENGINE PIPELINE *ARGS:
    cargo run --release -- export "$@"

# Any command of the binary: just rsom io inspect scan.nii.gz
[group('study')]
rsom *ARGS:
    cargo run --release -- "$@"

# The documentation as a site: target/site/book/index.html (needs mdbook)
[group('develop')]
docs *ARGS:
    docs/site.sh "$@"

# All tests
[group('develop')]
test *ARGS:
    cargo test --release --workspace "$@"

# A study by Snakemake, by CWL and by Slurm, and the same by 'rsom run': just engines
[group('develop')]
engines:
    cargo build --release
    tests/engines/snakemake.sh
    tests/engines/cwl.sh
    tests/engines/foreign.sh
    tests/engines/slurm.sh

# Readers under mutated files, a long run: just fuzz, or just fuzz CASES SEED to repeat one
[group('develop')]
fuzz CASES="50000" SEED=`date +%s`:
    @echo "RSOM_FUZZ_SEED=$2, $1 inputs for each target"
    RSOM_FUZZ_CASES="$1" RSOM_FUZZ_SEED="$2" cargo test --release --workspace --test fuzz -- --test-threads 2

# Formatting and lints, warnings denied
[group('develop')]
lint:
    cargo fmt --all -- --check
    cargo clippy --release --workspace --all-targets -- -D warnings

# Everything that continuous integration runs
[group('develop')]
ci:
    .ci/run

# Times of the networks on this machine
[group('develop')]
bench *ARGS:
    cargo run --release -p rsom-benches -- "$@"

# The same beside PyTorch, alternately, to docs/results/speed.md: just bench-pytorch .venv/bin/python
[group('develop')]
bench-pytorch PYTHON *ARGS:
    cargo run --release -p rsom-benches -- compare --python "$1" --date "$(date +%F)" "${@:2}"

# The documentation of every crate, in the browser
[group('develop')]
doc:
    cargo doc --workspace --no-deps --open

# Install the binary rsom
[group('install')]
install:
    cargo install --path crates/rsom --locked

# Install a shell's completions: just completions bash > ~/.local/share/bash-completion/completions/rsom
[group('install')]
completions SHELL:
    @cargo run --release --quiet -- completions "$1"

# Manual pages of all commands: just man DIR
[group('install')]
man DIR=(home_directory() / ".local/share/man/man1"):
    cargo run --release --quiet -- man --output "$1"

# A wheel for pip, in target/dist; needs Python, which fetches maturin
[group('release')]
wheel:
    packaging/wheel.sh

# An archive to download, with its checksum, in target/dist: just dist x86_64-pc-windows-gnu
[group('release')]
dist TARGET="":
    packaging/dist.sh ${1:+"$1"}

# The container image 'rsom': the static program, no base image
[group('release')]
container ENGINE="podman":
    packaging/container.sh "$1"

# Small studies in the container, by Apptainer, and by the Windows program under wine; what is not installed is skipped
[group('release')]
packages:
    tests/packages/container.sh
    tests/packages/apptainer.sh
    tests/packages/windows.sh
