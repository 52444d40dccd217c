"""A template's fields, declared once for every door."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    name: str
    title: Mapping[str, str]
    languages: tuple[str, ...]
