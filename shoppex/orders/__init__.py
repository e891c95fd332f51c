"""`[p]shoppex`: what staff do to orders."""
