#!/usr/bin/env bash
# Builds the wheel of this system into target/dist. It needs Python; maturin comes from its package index.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -x target/maturin/bin/maturin ]; then
  python3 -m venv target/maturin
  target/maturin/bin/pip install --quiet 'maturin>=1.9,<2'
fi
target/maturin/bin/maturin build --release --locked --out target/dist "$@"
