"""The schemas, one file each; a file never changes once a store was made with it."""
