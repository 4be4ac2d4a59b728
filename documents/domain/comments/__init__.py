"""What others say about a finished text (R-94): links for supervisors, comments on sentences, Word's comments."""
