"""The section of a configuration that says which column."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import tomli_w
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from bridge.column.building.build import CLASS_COUNTS, FULL_COUNT
from bridge.config_section import Section, key, reason

_LONGEST_SIZE = 20


def _check_size(value: Any) -> Any:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_SIZE:
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number and 0 < value <= FULL_COUNT:
        return value
    if isinstance(value, str) and value in CLASS_COUNTS:
        return value
    names = ", ".join(f"'{name}'" for name in CLASS_COUNTS)
    raise ValueError(f"must be {names} or a number of cells from 1 to {FULL_COUNT}")


class BuiltColumn(Section):
    """A column built from the embedded Allen V1 tables.

    Attributes
    ----------
    size
        ``"3k"``, ``"6k"``, or the number of innermost cells.
    radius_um
        Radius of the cylinder, um; takes the place of ``size``.
    seed
        Seed of the wiring.
    surround
        Replace the input that the cut took away by Poisson input.
    weights
        Run folder of ``v1bridge train`` whose weights the column gets.
    """

    size: Annotated[int | str, BeforeValidator(_check_size)] = "3k"
    radius_um: Annotated[float, Field(gt=0, le=845)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    surround: bool = True
    weights: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_extent(self) -> "BuiltColumn":
        if self.radius_um is not None and "size" in self.model_fields_set:
            raise ValueError("give either size or radius_um, not both")
        return self


class FileColumn(Section):
    """A column read from SONATA files.

    Attributes
    ----------
    path
        Folder, circuit configuration or simulation configuration.
    background_hz
        Rate of a background of which the files say none, Hz; default: 1000.
    surround
        Use the virtual surround that the files hold, if they hold one.
    weights
        Run folder of ``v1bridge train`` whose weights the column gets.
    """

    path: Annotated[str, Field(min_length=1)]
    background_hz: Annotated[float, Field(ge=0, le=1e5)] | None = None
    surround: bool = True
    weights: Annotated[str, Field(min_length=1)] | None = None


def _column_kind(value: Any) -> str:
    has_path = isinstance(value, FileColumn) or (
        isinstance(value, Mapping) and "path" in value
    )
    return "files" if has_path else "built"


ColumnConfig = Annotated[
    Annotated[BuiltColumn, Tag("built")] | Annotated[FileColumn, Tag("files")],
    Discriminator(_column_kind),
]


class ConfigWithColumn(Section):
    """A configuration with a section ``column``, which is of one of two kinds."""

    def to_toml(self) -> str:
        """Return the complete configuration as TOML; reading it gives it back."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    @classmethod
    def in_one_line(cls, error: ValidationError) -> str:
        """Return every problem, with the key as a file has it, in one line."""
        return "; ".join(f"{_key(e['loc'])}: {_reason(e)}" for e in error.errors())


def _key(location: Iterable[str | int]) -> str:
    parts = list(location)
    if parts[:1] == ["column"]:
        parts = [p for p in parts if p not in ("built", "files")]
    return key(parts)


def _reason(item: Any) -> str:
    place, is_extra = item["loc"], item["type"] == "extra_forbidden"
    if is_extra and "files" in place and place[-1] in BuiltColumn.model_fields:
        return "has no effect on a column that is read from column.path"
    if is_extra and "built" in place and place[-1] in FileColumn.model_fields:
        return "has no effect on a column that is built; column.path names one to read"
    return reason(item)
