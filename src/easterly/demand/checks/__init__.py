"""Rules of demand: what of jobs, services and other traffic cannot be, or is unwise."""

from easterly.demand.checks import bursts, deadlines, failures, jobs, model, needs, serving, time, traffic, training

__all__ = ["bursts", "deadlines", "failures", "jobs", "model", "needs", "serving", "time", "traffic", "training"]
