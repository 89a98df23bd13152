"""Routines: what to use in the morning and in the evening, in which order, and what should not meet."""

from makeup_ai.recommend.routine.build import build_routine
from makeup_ai.recommend.routine.table import RoutineTable

__all__ = ["RoutineTable", "build_routine"]
