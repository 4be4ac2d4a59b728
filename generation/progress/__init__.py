"""Progress of documents (R-43): percentage, reason for waiting, remaining time."""
