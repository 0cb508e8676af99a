"""Slurm: the tree of switches for its topology plugins, and hosts of jobs."""

from easterly.config.slurm.parse import blocks, jobs, tree, tree_of_yaml
from easterly.config.slurm.render import render

__all__ = ["blocks", "jobs", "render", "tree", "tree_of_yaml"]
