#!/bin/bash
# Creates what topics.txt lists and is missing. Reports are kept a day: they are about people of
# whom the program mostly knows nothing, and segments are closed hourly, so that they do go.
set -euo pipefail
while read -r topic partitions hours; do
    case $topic in '#'* | '') continue ;; esac
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$1" --create --if-not-exists \
        --topic "$topic" --partitions "$partitions" --replication-factor 1 \
        --config "retention.ms=$((hours * 3600000))" --config "segment.ms=3600000"
done < "$2"
