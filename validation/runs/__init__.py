"""One validation from column to report."""
