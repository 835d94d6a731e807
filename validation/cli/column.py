"""``v1bridge column``: its options and help."""

from validation.cli.options import (
    BackgroundHz,
    ColumnPath,
    NoSurround,
    Out,
    Overwrite,
    Seed,
    Size,
    column_options,
)


def column(
    out: Out,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    background_hz: BackgroundHz = None,
    no_surround: NoSurround = False,
    overwrite: Overwrite = False,
) -> None:
    """Build a column, write it as SONATA files, and show its connectivity.

    The folder gets nodes, edges, types, cell models, a circuit and a simulation
    configuration, and the connectivity by class and by population as
    connectivity.png, connectivity.svg and CSV tables.

    **Examples**

        v1bridge column --size 3k --seed 1 --out columns/3k

        v1bridge column --size 1000 --no-surround --out columns/bare

        v1bridge column --column my_sonata_column --out columns/copy
    """
    from validation.commands.column import write_column

    given = {
        "column": column_options(
            size, seed, column, no_surround, background_hz=background_hz
        )
    }
    write_column(out, given, overwrite=overwrite)
