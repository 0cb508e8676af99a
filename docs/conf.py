"""Sphinx settings; the reference pages are generated before anything is read."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import generate

project = "Easterly"
author = "the Easterly authors"
copyright = "2026, the Easterly authors"
version = release = installed("easterly")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "reference/generated/*.part"]
nitpicky = False
# Examples of mistakes are mistakes in their own language too.
suppress_warnings = ["misc.highlighting_failure"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"Easterly {version}"
html_static_path: list[str] = []
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
templates_path: list[str] = []
pygments_style = "friendly"
pygments_dark_style = "monokai"

generate.write(Path(__file__).parent / "reference/generated")
