"""``easterly demand``: what works send, as tables for people and for programs."""
