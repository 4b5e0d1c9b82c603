"""Settings that every service reads, from its own environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.sites import TimeZoneName


class ServiceSettings(BaseSettings):
    """One process's settings. Start-up fails when a required one is missing."""

    model_config = SettingsConfigDict(
        secrets_dir="/run/secrets" if Path("/run/secrets").is_dir() else None, extra="ignore"
    )

    environment: Literal["embedded", "production"] = Field(
        default="production",
        description="`embedded` permits the local token issuer; nothing else does.",
    )
    database_url: str = Field(description="postgresql://user:password@host:port/database")
    database_pool_size: int = Field(
        default=10, ge=2, description="Connections of one process for requests"
    )
    database_work_pool_size: int = Field(
        default=6, ge=2, description="Connections for consumer, timers, deliveries and gauges"
    )
    kafka_bootstrap_servers: str
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_username: str | None = None
    kafka_password: str | None = None
    kafka_ca_file: Path | None = None
    kafka_fetch_max_wait_ms: int = Field(
        default=500, description="Low only for stand-in brokers, which do not wake a waiting fetch."
    )
    kafka_session_timeout_ms: int = Field(
        default=10_000,
        ge=1_000,
        description="A killed process's partitions go on elsewhere after this time.",
    )
    key_ring_file: Path = Field(description="JWK set with the class keys this service may use.")
    oidc_issuer: str
    oidc_audience: str = "throughline"
    oidc_jwks_url: str | None = Field(
        default=None, description="Read from the issuer's discovery document when not set."
    )
    oidc_client_id: str = "throughline-pages"
    oidc_client_secret: str | None = None
    session_secret: str | None = Field(
        default=None, description="Signs the short-lived sign-in cookie of the pages."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080", description="The one address that people and links use."
    )
    site_time_zones: dict[str, TimeZoneName] = Field(
        default={},
        description='By site, as JSON: {"some-site": "America/Chicago"}. Holds until the site'
        " sets its own in its policy; a site without either lives on UTC.",
    )
    root_path: str = Field(default="", description="Prefix under which a gateway serves this app.")
    intake_queue_limit: int = Field(default=2_000, description="Waiting reports before 503.")
    report_retention_hours: int = Field(
        default=24, ge=1, description="How long reports stay in the outbox history (R-12)."
    )
    event_retention_days: int = Field(default=14, ge=1, description="Other outbox history.")
    idempotency_retention_days: int = Field(default=7, ge=1)
    inbox_retention_days: int = Field(
        default=30, ge=1, description="Longer than any replay reaches back."
    )
    audit_retention_days: int = Field(
        default=6 * 366, ge=366, description="The audit trail: a year at least (R-29)."
    )
    trace_sample_ratio: float = Field(default=0.05, ge=0, le=1)
    rate_limit_per_minute: int = Field(
        default=30_000,
        ge=1,
        description="Requests a minute that one client may make to one process",
    )
    bad_tokens_per_minute: int = Field(
        default=300, ge=1, description="Tokens a minute that are not valid, from one address"
    )
    body_timeout_seconds: float = Field(
        default=30, gt=0, description="How long a request's body may take to arrive"
    )
    log_level: str = "INFO"
