// In place of modules of which nothing is used.
