"""Access lists of devices: what is planned of them, their files, and what files say."""

from easterly.base.late import open_late

open_late(__name__)
