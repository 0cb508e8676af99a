"""Room `study`: compositions of the verbs."""
