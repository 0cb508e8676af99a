"""What users write: the site file as frozen pydantic models."""
