"""Settings that only the notifier has."""

from pydantic import Field

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """Where messages go out, and how patiently."""

    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_username: str | None = None
    smtp_password: str | None = None
    smtp_starttls: bool | None = Field(
        default=None, description="Require STARTTLS, forbid it, or (not set) use it when offered."
    )
    smtp_timeout_seconds: float = Field(default=30, description="For one mail; connecting: 10.")
    mail_from: str = "no-reply@localhost"
    program_line_email: str | None = Field(
        default=None, description="The last in the route, where a site has set none of its own."
    )
    sms_url: str | None = Field(
        default=None, description="The provider's REST API, of Twilio's shape; not set: no SMS."
    )
    sms_account: str | None = None
    sms_token: str | None = Field(default=None, description="Also signs the provider's callbacks.")
    sms_from: str = Field(default="", description="The number that messages come from.")
    chat_services: str = Field(
        default="discord gchat slack tgram wxteams",
        description="Apprise's names of the chat services that may be used; their hosts are fixed.",
    )
    delivery_workers: int = Field(default=6, ge=1, description="Each keeps one SMTP connection.")
    delivery_lease_seconds: int = Field(
        default=90, description="After this a mail that nobody reported on is tried once more."
    )
