"""Plans to text, and text back: every device, host and table that the site needs."""

from easterly.base.late import open_late

open_late(__name__)
