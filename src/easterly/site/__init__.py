"""Text to nouns and back: the site file with its places, blueprints, importers and exporters."""

from easterly.site.load import Loaded, load, load_text, parse, parse_as
from easterly.site.places import locate
from easterly.site.printing import format_findings
from easterly.site.source import Source, read_source

__all__ = ["Loaded", "Source", "format_findings", "load", "load_text", "locate", "parse", "parse_as", "read_source"]
