"""What SQL should not do: simulation, intervals, back-tests, claims. Pure numpy."""
