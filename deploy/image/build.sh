#!/bin/bash
# Builds the four images and writes what is in each: build.sh FOLDER. BASE names another base image.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$1"
export DOCKER_BUILDKIT=1
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
for service in referral casework prosecution-hook notifier; do
    echo "Building throughline-$service:local"
    docker build --quiet ${BUILD_NETWORK:+--network "$BUILD_NETWORK"} ${BASE:+--build-arg BASE="$BASE"} \
        --build-arg SERVICE="$service" --build-arg REVISION="$revision" \
        --tag "throughline-$service:local" . >/dev/null
    docker run --rm --interactive --network none "throughline-$service:local" python - \
        <deploy/image/sbom.py >"$1/throughline-$service.cdx.json"
done
docker image ls --filter 'reference=throughline-*:local' --format '{{.Repository}}  {{.Size}}'
echo "Bills of materials (CycloneDX): $1"
