"""Which object refers to which by name, and which appear only once an operator has seen ours."""

from collections.abc import Iterator
from typing import Any

from tests.k8s.rendered import Rendered, Resource

POD = ("spec", "template", "spec")
# Kind -> (path of a name, kind of what is named). `*` is every item of a list.
OF_PODS = (
    ((*POD, "serviceAccountName"), "ServiceAccount"),
    ((*POD, "priorityClassName"), "PriorityClass"),
    ((*POD, "containers", "*", "envFrom", "*", "configMapRef", "name"), "ConfigMap"),
    ((*POD, "volumes", "*", "projected", "sources", "*", "secret", "name"), "Secret"),
    ((*POD, "volumes", "*", "secret", "secretName"), "Secret"),
    ((*POD, "volumes", "*", "configMap", "name"), "ConfigMap"),
)
OF_KAFKA = ((("metadata", "labels", "strimzi.io/cluster"), "Kafka"),)
STORE = ("spec", "configuration", "s3Credentials")
PATHS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "Deployment": OF_PODS,
    "StatefulSet": (*OF_PODS, (("spec", "serviceName"), "Service")),
    "Job": OF_PODS,
    "HorizontalPodAutoscaler": ((("spec", "scaleTargetRef", "name"), "Deployment"),),
    "ScaledObject": (
        (("spec", "scaleTargetRef", "name"), "Deployment"),
        (("spec", "triggers", "*", "authenticationRef", "name"), "TriggerAuthentication"),
    ),
    "TriggerAuthentication": (
        (("spec", "secretTargetRef", "*", "name"), "Secret"),
        (("spec", "configMapTargetRef", "*", "name"), "ConfigMap"),
    ),
    "ExternalSecret": ((("spec", "secretStoreRef", "name"), "SecretStore"),),
    "SecretStore": (
        (
            ("spec", "provider", "vault", "auth", "kubernetes", "serviceAccountRef", "name"),
            "ServiceAccount",
        ),
    ),
    "ScheduledBackup": ((("spec", "cluster", "name"), "Cluster"),),
    "Cluster": ((("spec", "plugins", "*", "parameters", "barmanObjectName"), "ObjectStore"),),
    "ObjectStore": (
        ((*STORE, "accessKeyId", "name"), "Secret"),
        ((*STORE, "secretAccessKey", "name"), "Secret"),
    ),
    "Gateway": ((("spec", "listeners", "*", "tls", "certificateRefs", "*", "name"), "Secret"),),
    "HTTPRoute": (
        (("spec", "parentRefs", "*", "name"), "Gateway"),
        (("spec", "rules", "*", "backendRefs", "*", "name"), "Service"),
    ),
    "KafkaNodePool": OF_KAFKA,
    "KafkaTopic": OF_KAFKA,
    "KafkaUser": OF_KAFKA,
}


def at(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Every text at a path; nothing where the path does not lead."""
    if not path:
        yield value
    elif path[0] == "*":
        for item in value:
            yield from at(item, path[1:])
    elif path[0] in value:
        yield from at(value[path[0]], path[1:])


def references(resource: Resource) -> Iterator[str]:
    """Every object by kind and name that this one cannot do without."""
    for path, kind in PATHS.get(resource["kind"], ()):
        yield from (f"{kind}/{name}" for name in at(resource, path))


def made_by_operators(rendered: Rendered) -> Iterator[str]:
    """Secrets that appear once the operators have seen what we ask for."""
    for secret in rendered.of("ExternalSecret"):
        yield f"Secret/{secret['spec']['target']['name']}"
    for certificate in rendered.of("Certificate"):
        yield f"Secret/{certificate['spec']['secretName']}"
    for cluster in rendered.of("Cluster"):
        yield f"Secret/{cluster['metadata']['name']}-app"
        yield f"Secret/{cluster['metadata']['name']}-ca"
    for kafka in rendered.of("Kafka"):
        yield f"Secret/{kafka['metadata']['name']}-cluster-ca-cert"
        prefix = kafka["spec"]["entityOperator"]["userOperator"]["secretPrefix"]
        for user in rendered.of("KafkaUser"):
            yield f"Secret/{prefix}{user['metadata']['name']}"
