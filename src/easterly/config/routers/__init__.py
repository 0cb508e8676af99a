"""Routers in no maker's words: drafted once, and filled into the text of every dialect."""

from easterly.config.routers.draft import draft

__all__ = ["draft"]
