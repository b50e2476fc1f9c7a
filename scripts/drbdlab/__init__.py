"""The lab: virtual machines on a private network for testing DRBD (standard library only)."""

from .cluster import MIB, Cluster, terminate_in_order
from .drbd import Resource
from .machine import Machine, MachineError
from .splat import Splat

__all__ = ["MIB", "Cluster", "Machine", "MachineError", "Resource", "Splat", "terminate_in_order"]
