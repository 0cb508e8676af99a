"""The QoS plan for people and programs: as one object, as pages, one port explained, before and after a change."""
