"""Pictures, drawn in plain Python: nothing but what Red brings is needed."""
