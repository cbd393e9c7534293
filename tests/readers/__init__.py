"""Every format read and written: the same articles, and the same bytes."""
