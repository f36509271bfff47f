"""What `papi` prints. Thin: each command asks one package."""
