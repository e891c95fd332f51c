"""What the people who run a shop see and do: set-up, checks, log, statistics, single orders."""
