"""The spiking Allen V1 column beside its rate models: the front door."""

from v1bridge.name_clash import refuse_clash

refuse_clash()
