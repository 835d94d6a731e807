"""The tasks that a network can be trained on."""

from bridge.by_name import by_name
from ratemodel.tasks.change import CHANGE
from ratemodel.tasks.classification import CLASSIFICATION
from ratemodel.tasks.kind import refuse_shared_ids
from ratemodel.tasks.orientation import ORIENTATION

TASKS = by_name(ORIENTATION, CLASSIFICATION, CHANGE)
"""The tasks by name, in the order of a table. A task is added here."""

refuse_shared_ids(TASKS.values())
