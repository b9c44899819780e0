"""The study as files: records, and the loader that checks them."""
