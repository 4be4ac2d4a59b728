"""What an assignment sheet asks for, and where a document meets it (R-17)."""
