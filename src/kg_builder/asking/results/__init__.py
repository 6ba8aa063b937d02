"""Results in the formats that people and programs take away."""
