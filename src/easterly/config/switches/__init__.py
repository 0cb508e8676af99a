"""Classes on switches of every maker: what is wanted, what a text can say of it, and whether it says so."""

from easterly.base.late import open_late

# Dialects use modules of this package, and it uses the dialects: late, nothing is half made, whoever comes first.
open_late(__name__)
