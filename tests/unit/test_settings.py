"""Settings: out of range is refused by name, and the fingerprint knows every field."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from dedup.errors import SettingsError
from dedup.settings import INDEXES, Settings, criteria

NAN = float("nan")
FIELDS = [
    (group.name, one.name)
    for group in fields(Settings)
    for one in fields(getattr(Settings(), group.name))
]


def changed(value: object) -> object:
    """Another valid value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 0.9
    return value[:1] if isinstance(value, tuple) else "word:7"


@pytest.mark.parametrize(("group", "name"), FIELDS)
def test_the_fingerprint_knows_every_field(group: str, name: str) -> None:
    """Two results with one fingerprint were made alike."""
    part = getattr(Settings(), group)
    other: Any = {group: replace(part, **{name: changed(getattr(part, name))})}
    assert replace(Settings(), **other).shown()["fingerprint"] != Settings().shown()["fingerprint"]


def test_the_fingerprint_is_a_matter_of_values() -> None:
    """Settings built in another way, from equal values, are the same settings."""
    flat = {name: getattr(getattr(Settings(), group), name) for group, name in reversed(FIELDS)}
    assert Settings.from_mapping(flat) == Settings()
    assert Settings.from_mapping(flat).shown() == Settings().shown()


def test_field_names_are_unique_across_groups() -> None:
    """A flat name means one thing, as flags and configuration files need it."""
    names = [name for _, name in FIELDS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("threshold", [-0.01, 1.01, NAN, float("inf")]),
        ("related_ratio", [-1, 1.5, NAN]),
        ("template_ratio", [-1, 1.5, NAN]),
        ("template_hours", [-1, NAN]),
        ("signature_size", [0, 1, 4097, NAN]),
        ("seed", [-1, 2**32]),
        ("lsh_jaccard_ratio", [0, 1.1, NAN]),
        ("lsh_recall_ratio", [0, 1, NAN]),
        ("passage_rate", [0, -1]),
        ("term_count", [0, 10_000]),
        ("bucket_limit", [0, 1]),
        ("candidates", [(), ("lsh", "magic")]),
        ("unit", ["", "word:0", "word", "char:65", "char:10000", "WORD:3", "word:3 ", "word:٣"]),
    ],
)
def test_values_out_of_range_are_refused(name: str, values: list[Any]) -> None:
    """With a message that names the setting and the value."""
    for value in values:
        with pytest.raises(SettingsError, match=name):
            Settings.from_mapping({name: value})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("threshold", [0, 1]),
        ("seed", [0, 2**32 - 1]),
        ("signature_size", [2, 4096]),
        ("unit", ["auto", "word:1", "word:64", "char:5"]),
        ("candidates", [INDEXES, ("terms",)]),
        ("template_hours", [0, float("inf")]),
    ],
)
def test_the_ends_of_a_range_are_allowed(name: str, values: list[Any]) -> None:
    """A bound belongs to its range."""
    for value in values:
        Settings.from_mapping({name: value})


@pytest.mark.parametrize(
    "name", ["bucket_full", "term_bucket_full", "passage_shared", "term_shared"]
)
def test_counts_below_nothing_are_refused(name: str) -> None:
    """A negative count makes no sense anywhere."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_mapping({name: -1})


@pytest.mark.parametrize(("name", "value"), [("threshold", "high"), ("unit", 3), ("candidates", 3)])
def test_values_of_another_type_are_refused(name: str, value: object) -> None:
    """A configuration file can hold anything."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_mapping({name: value})


def test_an_unknown_name_gets_a_suggestion() -> None:
    """The nearest name, where one is near."""
    with pytest.raises(SettingsError, match="'treshold'") as caught:
        Settings.from_mapping({"treshold": 0.5})
    assert caught.value.hint == "did you mean 'threshold'?"
    with pytest.raises(SettingsError) as caught:
        Settings.from_mapping({"xyzzy": 1})
    assert caught.value.hint == ""


@pytest.mark.parametrize(("group", "name"), FIELDS)
def test_settings_are_frozen(group: str, name: str) -> None:
    """Nothing that has been given to a stage can change under it."""
    with pytest.raises((FrozenInstanceError, TypeError)):
        setattr(getattr(Settings(), group), name, None)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("earliest", ("earliest",)),
        (" Latest ;longest;; ", ("latest", "longest")),
        ("source: Reuters ,AP;path", ("source:reuters,ap", "path")),
        ("source:dpa; earliest; source:afp", ("source:dpa", "earliest", "source:afp")),
    ],
)
def test_criteria_have_one_spelling(written: str, listed: tuple[str, ...]) -> None:
    """However they are written, one policy is one value."""
    assert criteria(written) == listed
    assert Settings.from_mapping({"keep": listed}).keep.keep == listed


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "names no criterion"),
        (";", "names no criterion"),
        ("erliest", "did you mean 'earliest'?"),
        ("shortest", "any of source, earliest"),
        ("earliest, longest", "parted by ;"),
        ("longest earliest", "parted by ;"),
        ("source", "names no source"),
        ("source:", "names no source"),
        ("source:a,,b", "names no source"),
        ("longest:a", "takes no names"),
        ("path; path", "twice"),
    ],
)
def test_a_criterion_that_does_not_exist_is_refused(written: str, told: str) -> None:
    """With what can be written instead."""
    with pytest.raises(SettingsError, match=re.escape(told)):
        criteria(written)


@pytest.mark.parametrize("keep", [(), ("Longest",), ("source:B",), ("longest; first",)])
def test_settings_take_criteria_in_their_one_spelling_only(keep: tuple[str, ...]) -> None:
    """Or one policy would have two fingerprints."""
    with pytest.raises(SettingsError):
        Settings.from_mapping({"keep": keep})
