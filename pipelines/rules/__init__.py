"""Rules of expectations/ and their judge. The only package that imports great_expectations."""
