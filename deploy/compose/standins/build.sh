#!/bin/bash
# Builds every stand-in: build.sh FOLDER. Needs a running engine, root, debootstrap, Maven and .venv.
# What took long and did not change is taken from FOLDER.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
base=throughline-standin-base
export DOCKER_BUILDKIT=1

docker image inspect "$base" >/dev/null 2>&1 || "$here/base.sh" "$base" "$folder"

context=$folder/context
rm -rf "$context" && mkdir -p "$context/jars"
cp -r "$here/." "$root/requirements.lock" "$root/deploy/image/pick.py" "$context"
node=$("$root/.venv/bin/python" -c 'from lead import jars; print(jars.fetch())')
cp -r "$node" "$context/jars/node"
if [ ! -e "$folder/tools" ]; then
    mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$folder/tools.part"
    mv "$folder/tools.part" "$folder/tools"
fi
cp -r "$folder/tools" "$context/jars/tools"

for target in postgres kafka tools gateway; do
    echo "Building throughline-standin-$target"
    docker build --quiet --network host --build-arg "BASE=$base" --target "$target" \
        --tag "throughline-standin-$target" "$context"
done
rm -rf "$context"
