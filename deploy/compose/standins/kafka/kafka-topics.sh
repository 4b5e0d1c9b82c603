#!/bin/bash
exec java -Xshare:auto -XX:TieredStopAtLevel=1 -Xmx128m -Dlog4j2.level=WARN \
    -cp '/opt/kafka/tools/*' org.apache.kafka.tools.TopicCommand "$@"
