# Shorter names for the commands of README.md; nothing needs just.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Show this menu
default:
    @just --list --unsorted

# A whole study on made-up scans in a few minutes: table, tests, picture
[group('study')]
quickstart *ARGS:
    cargo run --release -- run pipelines/quickstart.yaml -j 2 {{ARGS}}

# The paper's whole study, on made-up scans: about two hours; just paper --profile smoke: a minute
[group('study')]
paper *ARGS:
    cargo run --release -- run pipelines/gerl2020.yaml -j 2 {{ARGS}}

# The real study on retinal OCT scans: just octlayers --data DIR
[group('study')]
octlayers *ARGS:
    cargo run --release -- run pipelines/octlayers.yaml {{ARGS}}

# Real photoacoustic skin, curved: just pam-hand --data DIR
[group('study')]
pam-hand *ARGS:
    cargo run --release -- run pipelines/pam-hand.yaml {{ARGS}}

# Other ways to smooth surfaces, on made-up scans
[group('study')]
smoothness *ARGS:
    cargo run --release -- run pipelines/smoothness.yaml -j 2 {{ARGS}}

# What the epidermis mask does to vessels, on made-up scans: Table 2 of the paper
[group('study')]
vessel-mask *ARGS:
    cargo run --release -- run pipelines/vessel-mask.yaml {{ARGS}}

# Vessels of real stacks, network beside Frangi's filter: just vesselnn --data DIR
[group('study')]
vesselnn *ARGS:
    cargo run --release -- run pipelines/vesselnn.yaml {{ARGS}}

# The released pipeline on a folder of raw scans: just segment --input DIR --layer-weights W --vessel-weights W --output DIR
[group('study')]
segment *ARGS:
    cargo run --release -- segment {{ARGS}}

# Any study, with as many tasks at a time as cores and memory allow: just study study.yaml --data DIR
[group('study')]
study PIPELINE *ARGS:
    cargo run --release -- run {{PIPELINE}} -j auto {{ARGS}}

# The same study with another program in the place of a stage: just swap study.yaml layerseg ./mine.py --workdir runs/mine
[group('study')]
swap PIPELINE STAGE PROGRAM *ARGS:
    cargo run --release -- run {{PIPELINE}} --swap {{STAGE}}={{PROGRAM}} {{ARGS}}

# A finished study in one folder or ZIP file: just bundle study.yaml study.zip
[group('study')]
bundle PIPELINE OUTPUT *ARGS:
    cargo run --release -- bundle {{PIPELINE}} --output {{OUTPUT}} {{ARGS}}

# A recorded study again, and every output compared: just reproduce runs/quickstart -j 2
[group('study')]
reproduce RUN *ARGS:
    cargo run --release -- reproduce {{RUN}} {{ARGS}}

# What a pipeline would run, and why: just plan pipelines/octlayers.yaml
[group('study')]
plan PIPELINE *ARGS:
    cargo run --release -- plan {{PIPELINE}} {{ARGS}}

# A study for Snakemake, Slurm or CWL: just cluster snakemake study.yaml --output smk
[group('study')]
cluster ENGINE PIPELINE *ARGS:
    cargo run --release -- export {{ENGINE}} {{PIPELINE}} {{ARGS}}

# Any command of the binary: just rsom io inspect scan.nii.gz
[group('study')]
rsom *ARGS:
    cargo run --release -- {{ARGS}}

# The documentation as a site: target/site/book/index.html (needs mdbook)
[group('develop')]
docs *ARGS:
    docs/site.sh {{ARGS}}

# All tests
[group('develop')]
test *ARGS:
    cargo test --release --workspace {{ARGS}}

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
    @echo "RSOM_FUZZ_SEED={{SEED}}, {{CASES}} inputs for each target"
    RSOM_FUZZ_CASES={{CASES}} RSOM_FUZZ_SEED={{SEED}} cargo test --release --workspace --test fuzz -- --test-threads 2

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
    cargo run --release -p rsom-benches -- {{ARGS}}

# The same beside PyTorch, alternately, to docs/results/speed.md: just bench-pytorch .venv/bin/python
[group('develop')]
bench-pytorch PYTHON *ARGS:
    cargo run --release -p rsom-benches -- compare --python {{PYTHON}} --date "$(date +%F)" {{ARGS}}

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
    @cargo run --release --quiet -- completions {{SHELL}}

# Manual pages of all commands: just man DIR
[group('install')]
man DIR="~/.local/share/man/man1":
    cargo run --release --quiet -- man --output {{DIR}}

# A wheel for pip, in target/dist; needs Python, which fetches maturin
[group('release')]
wheel:
    packaging/wheel.sh

# An archive to download, with its checksum, in target/dist: just dist x86_64-pc-windows-gnu
[group('release')]
dist TARGET="":
    packaging/dist.sh {{TARGET}}

# The container image 'rsom': the static program, no base image
[group('release')]
container ENGINE="podman":
    packaging/container.sh {{ENGINE}}

# Small studies in the container, by Apptainer, and by the Windows program under wine; what is not installed is skipped
[group('release')]
packages:
    tests/packages/container.sh
    tests/packages/apptainer.sh
    tests/packages/windows.sh
