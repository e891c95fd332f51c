"""What is kept, on Red's Config, and nothing else that uses Config."""
