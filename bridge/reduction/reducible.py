"""What a column's cells may not have, if it is to become a rate model."""

from bridge.column.column import Column
from bridge.errors import InputError


def require_reducible(column: Column) -> None:
    """Refuse a column with cells that no rate model stands for.

    Parameters
    ----------
    column
        The column.

    Raises
    ------
    InputError
        If after-spike currents are scaled at a spike (the adaptation of the rate
        models only adds to them), a cell starts a trial away from rest, as no rate
        model does, or is driven over its threshold by its rest alone.
    """
    value = column.model_values
    wrong = {
        "asc_r is not 1": ((value("asc_r") != 1.0) & (value("asc_amps_pa") != 0.0)).any(
            axis=1
        ),
        "V_m is not E_L": value("v_m_mv") != value("e_l_mv"),
        "V_th is not above E_L": value("v_th_mv") <= value("e_l_mv"),
    }
    for what, cells in wrong.items():
        if cells.any():
            model = column.cell_models.node_type_id[column.cell_model[cells][0]]
            raise InputError(
                f"cell model {model}: {what}, which the rate models cannot have: "
                "'v1bridge simulate' takes this column, 'validate' and 'train' do not"
            )
