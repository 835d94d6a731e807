"""The devices a simulation can run on."""

from bridge.by_name import by_name
from spiking.devices.cpp_device import CPP
from spiking.devices.cuda_device import CUDA
from spiking.devices.cython_device import CYTHON
from spiking.devices.numpy_device import NUMPY

DEVICES = by_name(CPP, CUDA, CYTHON, NUMPY)
"""The devices by name. A device is added here."""

AUTO = "auto"
"""Stands for the first device of :data:`PREFERRED` that can be used."""

PREFERRED = (CUDA, CPP)
