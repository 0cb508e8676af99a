"""Classification: rules to the first match, to entries of a TCAM, and what rules leave to each other."""

from easterly.base.late import open_late

open_late(__name__)
