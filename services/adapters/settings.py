"""Every setting of the services, read once from `IOC_...` variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Frozen settings; each field is the variable `IOC_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="IOC_", frozen=True)

    kafka_bootstrap: str = "127.0.0.1:9092"
    database_url: str = "postgresql://ioc@127.0.0.1:5432/ioc"
    host: str = "127.0.0.1"
    port: int = 0
    data: Path = Path(".ioc")
    standards: Path = Path(__file__).resolve().parents[2] / "standards"
    province: str = "33"
    event_partitions: int = Field(default=3, ge=1, le=512)
    indicator_partitions: int = Field(default=5, ge=1, le=512)
    replication: int = Field(default=1, ge=1, le=5)
    session_timeout_seconds: float = 45.0
    batch_records: int = Field(default=5_000, ge=1)
    compact_seconds: float = 60.0
    body_bytes_max: int = 16 * 1024 * 1024
    batch_records_max: int = 50_000
    record_bytes_max: int = 65_536
    in_flight_bytes_max: int = 64 * 1024 * 1024
    log_level: str = "info"
