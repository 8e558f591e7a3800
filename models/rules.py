"""Rules: the settings that decide what handlers say; built from the configuration."""

from dataclasses import dataclass
from datetime import time
from urllib.parse import quote


@dataclass(frozen=True)
class Rules:
    """Settings the lower floors may know; see config.toml for what each means."""

    name: str = "职工之家"
    name_en: str = "Workers' Home"
    language: str = "zh-CN"
    zone: str = "Asia/Shanghai"
    minimum_age: int = 16
    check_age: int = 65
    review_days: int = 3
    undo_seconds: int = 30
    transfer_days: int = 5
    case_days: int = 2
    case_escalate_days: int = 1
    talk_minutes: int = 30
    similar_cases: int = 3
    similar_days: int = 30
    escalate_days: int = 2
    remind_hours: int = 24
    keep_days: int = 30
    form_minutes: int = 30
    backup_days: int = 30
    card_name: str = "masked"
    card_minutes: int = 10
    console_minutes: int = 10
    offer_hours: int = 12
    check_in_minutes: int = 60
    check_in_metres: int = 300
    quiet_start: time = time(21)
    quiet_end: time = time(8)
    second_above: int = 500
    birthday: bool = False
    upload_mb: int = 8
    map_link: str = "https://uri.amap.com/marker?position={lon},{lat}&name={name}"

    def map_of(self, lat: float, lon: float, name: str) -> str:
        """Return the address of a map that shows the way to a place."""
        return self.map_link.format(lat=lat, lon=lon, name=quote(name))

    def product(self, language: str) -> str:
        """Return the product's own name in `language`."""
        return self.name_en if language == "en" else self.name
