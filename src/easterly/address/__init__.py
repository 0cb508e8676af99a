"""Addresses: the plan of a site, prefixes in columns, and what is calculated with them."""

from easterly.base.late import open_late

open_late(__name__)
