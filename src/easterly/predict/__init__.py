"""What will happen: step times of jobs and loads of links."""

from easterly.base.late import open_late

open_late(__name__)
