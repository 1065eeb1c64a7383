#!/usr/bin/env bash
# Builds the container image 'rsom' from the static program: no base image, nothing to fetch.
#
#   packaging/container.sh [ENGINE [OPTIONS]]     ENGINE: podman (the default), docker or buildah; OPTIONS go to its 'build'
set -euo pipefail
cd "$(dirname "$0")/.."
engine=${1:-podman}
shift || true
archive=$(packaging/dist.sh | tail -n 1)
"$engine" build -f packaging/Containerfile -t rsom "$@" "${archive%.tar.gz}"
