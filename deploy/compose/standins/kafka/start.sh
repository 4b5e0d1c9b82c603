#!/bin/bash
# What the official image's /etc/kafka/docker/run does: settings from the environment, then the node.
set -euo pipefail
said=$(java -cp '/opt/kafka/libs/*' kafka.docker.KafkaDockerWrapper setup \
    --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config \
    --final-configs-dir /opt/kafka/config 2>&1) ||
    grep --quiet "already formatted" <<<"$said" || { echo "$said" >&2; exit 1; }
# shellcheck disable=SC2086 # Several options in one variable, as Kafka's own scripts take it.
exec java $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml \
    -cp '/opt/kafka/libs/*' kafka.Kafka /opt/kafka/config/server.properties
