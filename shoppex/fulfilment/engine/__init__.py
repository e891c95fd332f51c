"""Who is worked on when, at which pace, and what a failure means."""
