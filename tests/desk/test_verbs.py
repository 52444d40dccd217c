"""What is declared of each verb is true of what it is given."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import pytest

from bot.desk.verb import Verb
from bot.desk.verbs.everything import ALL
from bot.domain.fields import FieldType


def attributes(values: Any) -> Iterator[str]:
    """Of values and of what they are made of."""
    for field in fields(values):
        yield field.name
        kind = get_type_hints(values)[field.name]
        if is_dataclass(kind):
            yield from attributes(kind)


@pytest.mark.parametrize("verb", ALL, ids=lambda verb: verb.name)
def test_fields_are_values(verb: Verb[Any, Any]) -> None:
    """Each field has the name of a value that the verb's steps are given."""
    hints = get_type_hints(verb.steps)
    *_, given = [kind for name, kind in hints.items() if name != "return"]
    names = [field.name for field in verb.fields]
    assert len(set(names)) == len(names)
    assert set(names) <= set(attributes(given))
    for field in verb.fields:
        assert str(field.label), field.name
        assert str(field.help).endswith("."), field.name
        assert bool(field.choices) is (field.type is FieldType.CHOICE)
