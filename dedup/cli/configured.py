"""Options that may also stand in a configuration file or in the environment, and their origin."""

from __future__ import annotations

import json
import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..configuration import Configuration, ConfigurationError, load, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "DEDUP_"
_FILE = "dedup.configuration"
"""Under this name a command's context keeps the file that counts."""
_NOT_OPTIONS = (f"{PREFIX}CONFIG", f"{PREFIX}KERNELS")
_MOST_NAMES = 10_000


class Setting(click.Option):
    """An option with three homes: the flag, ``DEDUP_NAME``, and the key ``name`` in a file.

    Of a ``shared`` one the key stands at the top of the file, of another in the table of its
    command. ``inside`` marks paths and patterns: those of a file stay below the file's folder.
    ``joined`` is what parts the names of a list, which a file may give as an array.
    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - as click.Option
        shared: bool = False,
        inside: bool = False,
        joined: str = "",
        **how: Any,  # noqa: ANN401
    ) -> None:
        """Take what ``click.Option`` takes; the names in the other homes follow from its name."""
        super().__init__(*arguments, **how)
        self.shared = shared
        self.inside = inside
        self.joined = joined
        self.key = (self.name or "").replace("_", "-")
        self.envvar = PREFIX + (self.name or "").upper()

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        """Note where a value comes from before it is looked at, so that a complaint can say so."""
        value, source = super().consume_value(ctx, opts)
        ctx.set_parameter_source(self.name or "", source)
        return value, source

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Name the variable where the value comes from one."""
        source = ctx.get_parameter_source(self.name or "") if ctx else None
        if source is ParameterSource.ENVIRONMENT:
            return repr(self.envvar)
        return super().get_error_hint(ctx)


def settings_of(command: click.Command | None) -> dict[str, Setting]:
    """Give a command's configurable options, by key."""
    options = command.params if command else ()
    return {one.key: one for one in options if isinstance(one, Setting)}


def load_file(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Find the file that counts, check all of it, and make it the defaults: for ``--config``."""
    del option
    if context.resilient_parsing or context.params.get("no_config"):
        return value
    found = load(value) if value else nearest(os.curdir)
    context.meta[_FILE] = found
    context.default_map = _chosen(found, context)
    return value


def origin(context: click.Context, setting: click.Parameter) -> str:
    """Say where a value comes from: the flag, the variable, ``path:LINE``, or ``default``."""
    source = context.get_parameter_source(setting.name or "")
    if source is ParameterSource.COMMANDLINE:
        return max(setting.opts, key=len)
    if source is ParameterSource.ENVIRONMENT:
        return str(setting.envvar)
    if source is ParameterSource.DEFAULT_MAP and isinstance(setting, Setting):
        found: Configuration = context.meta[_FILE]
        table = found.values.get(context.info_name or "")
        inner = isinstance(table, dict) and setting.key in table
        return found.place(*([context.info_name or ""] if inner else []), setting.key)
    return "default"


def configuration_report(context: click.Context, *, machine: bool) -> str:
    """Render every configurable value with its origin: TOML with remarks, or JSON."""
    found: Configuration = context.meta.get(_FILE) or Configuration()
    rows = [
        (one.key, context.params.get(one.name or ""), origin(context, one))
        for one in settings_of(context.command).values()
    ]
    if machine:
        values = [{"key": key, "value": value, "origin": where} for key, value, where in rows]
        body = {"schema": "dedup.config/1", "file": found.path or None, "values": values}
        return json.dumps(body, indent=1) + "\n"
    lines = [f"{key} = {_toml(value)}" for key, value, _ in rows]
    room = max(map(len, lines), default=0)
    told = [f"{line:{room}}  # {where}" for line, (_, _, where) in zip(lines, rows, strict=True)]
    return "\n".join([f"# {found.path or 'no configuration file'}", *told]) + "\n"


def near_misses(environment: Iterable[str], command: click.Command) -> list[str]:
    """Give a sentence for each variable that is no option but very nearly one."""
    known = {str(one.envvar) for one in settings_of(command).values()} | {*_NOT_OPTIONS}
    odd = sorted(n for n in environment if n.startswith(PREFIX) and n not in known)
    near = [(name, get_close_matches(name, known, 1, 0.85)) for name in odd]
    return [f"{name} is no setting, did you mean {found[0]}?" for name, found in near if found]


def _toml(value: object) -> str:
    """Write a value as TOML would; what has no value has no form there, so it is left empty."""
    return json.dumps("" if value is None else value, ensure_ascii=True)


def _chosen(found: Configuration, context: click.Context) -> dict[str, object]:
    """Give the values that concern this command, once every key of the file has been checked."""
    shared = {key: one for key, one in settings_of(context.command).items() if one.shared}
    for_all: dict[str, object] = {}
    for_this: dict[str, object] = {}
    for key, value in found.values.items():
        if not isinstance(value, dict):
            setting = _known(found, (key,), shared, context)
            for_all[setting.name or ""] = checked(found, (key,), setting, context)
            continue
        command = _command(context, key)
        known = settings_of(command)
        if not known:
            raise _unknown(found, (key,), [*shared, *_tables(context)], context)
        for inner in value:
            setting = _known(found, (key, inner), known, context)
            given = checked(found, (key, inner), setting, context)
            if key == context.info_name:
                for_this[setting.name or ""] = given
    return for_all | for_this


def _command(context: click.Context, name: str) -> click.Command | None:
    """Give a command by name, if it heeds a configuration file."""
    root = context.find_root()
    found = root.command.get_command(root, name) if isinstance(root.command, click.Group) else None
    return found if found and any(one.name == "config" for one in found.params) else None


def _tables(context: click.Context) -> list[str]:
    """Give the commands that can be configured, and so have a table."""
    root = context.find_root()
    names = root.command.list_commands(root) if isinstance(root.command, click.Group) else []
    return [name for name in names if settings_of(_command(context, name))]


def _known(
    found: Configuration, keys: tuple[str, ...], known: dict[str, Setting], context: click.Context
) -> Setting:
    """Give the setting of a key, or refuse the key."""
    setting = known.get(keys[-1])
    if setting is None:
        raise _unknown(
            found, keys, [*known, *(_tables(context) if len(keys) == 1 else [])], context
        )
    return setting


def _unknown(
    found: Configuration, keys: tuple[str, ...], known: list[str], context: click.Context
) -> ConfigurationError:
    """Refuse a key, and say what was probably meant."""
    key = keys[-1]
    homes = [name for name in _tables(context) if key in settings_of(_command(context, name))]
    near = get_close_matches(key, known, 1)
    hint = f'did you mean "{near[0]}"?' if near else "dedup scan --show-config lists the keys"
    if homes and not near:
        hint = f"it stands in [{'.'.join((*found.table, homes[0]))}]"
    return ConfigurationError(f'unknown key "{key}"', place=found.place(*keys), hint=hint)


def checked(
    found: Configuration, keys: tuple[str, ...], setting: Setting, context: click.Context
) -> object:
    """Give a file's value as the flag would have it, or refuse it with its line."""
    value: Any = found.values
    for key in keys:
        value = value[key]

    def refused(why: str, hint: str = "") -> ConfigurationError:
        return ConfigurationError(f"{keys[-1]} {why}", place=found.place(*keys), hint=hint)

    items = value if isinstance(value, list) else [value]
    several = setting.multiple or setting.joined
    if len(items) > _MOST_NAMES:
        raise refused(f"has {len(items):,} values", f"at most {_MOST_NAMES:,}")
    kinds, wanted = _kinds(setting)
    if (isinstance(value, list) and not several) or not all(type(one) in kinds for one in items):
        raise refused(f"is {_brief(value)}", wanted + (" or a list of them" if several else ""))
    if setting.inside:
        items = [_below(found, str(one), refused, setting) for one in items]
    given: object = items if setting.multiple else items[0] if items else ""
    if setting.joined and not setting.multiple:
        given = setting.joined.join(map(str, items))
    try:
        setting.type_cast_value(context, given)
    except click.BadParameter as error:
        raise refused(f"is {_brief(value)}", error.message) from None
    return given


def _kinds(setting: Setting) -> tuple[set[type], str]:
    """Give the TOML types that an option takes, and their name for a person."""
    if setting.is_flag:
        return {bool}, "true or false"
    if isinstance(setting.type, (click.types.FloatParamType, click.FloatRange)):
        return {int, float}, "a number"
    if isinstance(setting.type, (click.types.IntParamType, click.IntRange)):
        return {int}, "a whole number"
    if isinstance(setting.type, (click.types.StringParamType, click.Choice, click.Path)):
        return {str}, "a text in quotes"
    return {str, int, float}, "a number, or a text in quotes"


def _below(found: Configuration, path: str, refused: Any, setting: Setting) -> str:  # noqa: ANN401
    """Give a file's path relative to here, if it does not lead out of the file's folder."""
    parts = path.replace("\\", "/").split("/")
    if os.path.isabs(path) or ".." in parts or "\0" in path:
        raise refused(f"is {_brief(path)}", "it must stay below the folder of the configuration")
    if not isinstance(setting.type, click.Path):
        return path
    return os.path.normpath(os.path.join(os.path.dirname(found.path), path))


def _brief(value: object) -> str:
    """Show a value as it might stand in the file, cut short."""
    written = json.dumps(value, default=str)
    return written if len(written) <= 60 else f"{written[:59]}…"
