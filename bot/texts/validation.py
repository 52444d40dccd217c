"""What pydantic finds wrong, in words for people."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.phrase import Counted, Phrase, Quoted


def reason(entry: Any) -> Phrase:
    """What one of `ValidationError.errors()` says, without its key.

    What a validator has against one of its section's keys (`Invalid.field`) begins
    with its name. Rarer things are told in pydantic's English.
    """
    match entry:
        case {"ctx": {"error": Invalid(field=str() as key) as error}}:
            return Phrase("{key}: {text}", key=key, text=error.phrase)
        case {"ctx": {"error": Invalid() as error}}:
            return error.phrase
        case {"type": "missing"}:
            return Phrase("has to be given")
        case {"type": "extra_forbidden"}:
            return Phrase("there is no such key")
    return _of_number(entry) or _of_text(entry) or _of_kind(entry)


def _of_number(entry: Mapping[str, Any]) -> Phrase | None:
    match entry:
        case {"type": "int_parsing" | "int_type" | "int_from_float"}:
            return Phrase("a whole number is wanted")
        case {"type": "int_parsing_size"}:
            return Phrase("the number is too large")
        case {"type": "greater_than_equal", "ctx": {"ge": least}}:
            return Phrase("{least} is the least", least=least)
        case {"type": "less_than_equal", "ctx": {"le": most}}:
            return Phrase("{most} is the most", most=most)
    return None


def _of_text(entry: Mapping[str, Any]) -> Phrase | None:
    match entry:
        case {"type": "string_type" | "path_type"}:
            return Phrase("a text is wanted")
        case {"type": "string_too_short" | "too_short", "ctx": {"min_length": 1}}:
            return Phrase("it is empty")
        case {"type": "string_too_long", "ctx": {"max_length": most}}:
            return Counted(
                "it has over {count} character", "it has over {count} characters", most
            )
        case {"type": "literal_error" | "enum", "ctx": {"expected": known}}:
            # "'a', 'b' or 'c'"
            listed = str(known).replace(" or ", ", ")
            return Phrase("it is none of {known}", known=listed)
    return None


def _of_kind(entry: Mapping[str, Any]) -> Phrase:
    match entry:
        case {"type": "bool_parsing" | "bool_type"}:
            return Phrase("either true or false is wanted")
        case {"type": "list_type" | "tuple_type"}:
            return Phrase("a list is wanted")
        case {"type": "dict_type" | "model_type" | "model_attributes_type"}:
            return Phrase("a section is wanted")
    return Quoted(str(entry["msg"]))
