"""Starting from a bare SPSS file: guess what its variables are, write a first study, report at once."""
