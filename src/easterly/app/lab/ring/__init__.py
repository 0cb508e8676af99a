"""A ring all-reduce between namespaces: predicted from a site, and measured."""

from easterly.base.late import open_late

open_late(__name__)
