"""What an import of many people takes, and how long it keeps others from writing."""
