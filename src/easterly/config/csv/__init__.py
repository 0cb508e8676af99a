"""Tables for people and for spreadsheets: every cable, every address."""

from easterly.config.csv.labels import labels
from easterly.config.csv.parse import parse
from easterly.config.csv.render import render

__all__ = ["labels", "parse", "render"]
