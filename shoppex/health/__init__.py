"""The doctor, drift, the brake, and recovery of lost data."""
